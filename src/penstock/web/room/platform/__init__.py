"""The platform's area: what waits for validation in every account, kill switches, accounts."""
