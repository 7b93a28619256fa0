"""Check whether this machine can train: `python -m doctor`.

tensorflow_builds.py  what the TensorFlow of each stack was built with, and the driver it needs
gpu_driver.py         the NVIDIA driver and its GPUs
machine.py            inspects this machine: software, CPU, memory, disks
required_packages.py  whether the packages that training needs can be imported
finding.py            what the doctor reports
diagnosis.py          judges a Machine: findings with remedies
self_test.py          trains a step and generates a second of audio
device_selection.py   implements the option --device of the programs
"""
