"""Who sends: accounts, their policies, and the transports they send through."""
