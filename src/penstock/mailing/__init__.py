"""What a mailing is, what may happen to it, and the record of what did."""
