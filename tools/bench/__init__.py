"""Measure the speed of the project on this machine: `make bench`."""
