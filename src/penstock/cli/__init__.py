"""The command line: translates words into one call of a room, and its answer back."""
