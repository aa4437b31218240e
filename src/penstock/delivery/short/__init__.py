"""Short messages: what differs from e-mail in sending them, and what comes back of them."""
