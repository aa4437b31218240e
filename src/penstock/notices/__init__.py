"""Telling those concerned: by a list, by e-mail and by signed webhooks. The journal is the outbox."""
