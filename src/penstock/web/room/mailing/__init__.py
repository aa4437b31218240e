"""One mailing: how it stands, whom it reached, what became of it, and who did what to it."""
