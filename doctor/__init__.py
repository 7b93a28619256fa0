"""Whether this machine can train, and if not, what to do: `python -m doctor`.

builds.py  what the TensorFlow of each stack has in it, and what it asks of the driver
cards.py   the NVIDIA driver and its cards
host.py    all else that is looked at; together with the cards, a Host
judge.py   a Host → findings: pure functions, and nothing but them decides
trial.py   one training step, one second of audio
device.py  what the trainers ask of it before they start
"""
