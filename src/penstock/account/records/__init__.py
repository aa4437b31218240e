"""The DNS records of a sending domain: which there should be, and what those that are there say."""
