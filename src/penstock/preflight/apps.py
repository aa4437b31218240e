"""Registers the room with Django, for its migrations and models."""

from django.apps import AppConfig


class PreflightConfig(AppConfig):
    """The `preflight` room as a Django app; its tables are named `preflight_…`."""

    name = "penstock.preflight"
    label = "preflight"
    default_auto_field = "django.db.models.AutoField"
