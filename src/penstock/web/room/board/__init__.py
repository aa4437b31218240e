"""All mailings of an account: the board, live, its sequence, and the list that is searched."""
