"""Reports over all mailings of an account."""
