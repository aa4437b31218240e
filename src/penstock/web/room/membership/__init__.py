"""The people of an account: who they are, what they may do, and who is invited."""
