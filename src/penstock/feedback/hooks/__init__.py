"""What providers tell of the messages that they were handed: read by django-anymail, and made what it means here."""
