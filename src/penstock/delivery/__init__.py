"""The engine: from a frozen audience to an outcome for every recipient."""
