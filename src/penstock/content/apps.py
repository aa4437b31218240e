"""Registers the room with Django, for its migrations and models."""

from django.apps import AppConfig


class ContentConfig(AppConfig):
    """The `content` room as a Django app; its tables are named `content_…`."""

    name = "penstock.content"
    label = "content"
    default_auto_field = "django.db.models.AutoField"
