"""Speech synthesis with a trained voice."""
