"""`python -m datasets review`: listen to the clips of a corpus and correct their transcripts."""
