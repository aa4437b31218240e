"""One's own pages: profile, password, sessions, tokens. What they change is one's own, in whatever account."""
