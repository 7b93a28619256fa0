"""What every room uses: errors, command lines, files, plots. Nothing here knows of speech."""
