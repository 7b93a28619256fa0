"""What both trainers share: run folder, loop, checkpoints, summaries, plots."""
