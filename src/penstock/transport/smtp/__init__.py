"""The SMTP client: a protocol without I/O, a session that moves its bytes, a pool of sessions."""
