"""The entrance: how people come in, prove who they are, and what they say of themselves. django-allauth does the proving."""
