"""The speed of the project on this machine."""
