"""Commands given to a mailing: what each asks, what it would do, what it did."""
