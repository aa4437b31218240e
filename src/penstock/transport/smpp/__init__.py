"""SMPP 3.4: short messages to a centre, and receipts and messages from it."""
