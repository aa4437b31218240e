"""Registers the room with Django, for its migrations and models."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """The `notices` room as a Django app; its tables are named `notices_…`."""

    name = "penstock.notices"
    label = "notices"
    default_auto_field = "django.db.models.AutoField"
