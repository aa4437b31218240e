"""What comes back after the hand-off, beginning with people who unsubscribe."""
