"""Training: run folder, loop, checkpoints, evaluation, export."""
