"""Everything dies at random moments; afterwards every message must be accounted for."""
