"""What the project can do a second, on this machine."""
