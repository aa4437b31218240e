"""Mailboxes that what comes back is picked up from, by IMAP (RFC 9051, RFC 3501)."""
