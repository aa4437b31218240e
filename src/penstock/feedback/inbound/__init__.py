"""The listener: takes what comes back by mail, over LMTP (RFC 2033) or SMTP (RFC 5321), and hands it on."""
