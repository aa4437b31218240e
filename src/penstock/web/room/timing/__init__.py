"""What of a mailing goes when, as pages show it: before it is planned and while it runs."""
