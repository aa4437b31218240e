"""What mailings are made of: templates, and pictures."""
