"""What a mailing has achieved so far, read from the ledger."""
