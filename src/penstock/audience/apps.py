"""Registers the room with Django, for its migrations and models."""

from django.apps import AppConfig


class AudienceConfig(AppConfig):
    """The `audience` room as a Django app; its tables are named `audience_…`."""

    name = "penstock.audience"
    label = "audience"
    default_auto_field = "django.db.models.AutoField"
