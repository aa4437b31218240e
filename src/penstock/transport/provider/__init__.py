"""Providers: messages handed over through the HTTP API of a sending service, by way of django-anymail."""
