"""What a message says, and how it becomes bytes: templates, MIME, links."""
