"""What is said, and how a message becomes bytes for one recipient."""
