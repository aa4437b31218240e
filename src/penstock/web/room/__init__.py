"""The control room: the pages of those who are signed in."""
