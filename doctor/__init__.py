"""Can this machine train, and if not, what to do: `python -m doctor`.

tensorflow_builds.py  what the TensorFlow of each stack was built with, and the driver it needs
gpu_driver.py         the NVIDIA driver and its GPUs
machine.py            the rest: software, memory, disks
diagnosis.py          judges a Machine: findings, each with a remedy
self_test.py          trains a step and generates a second of audio
device_selection.py   --device of the programs
"""
