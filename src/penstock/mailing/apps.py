"""Registers the room with Django, for its migrations and models."""

from django.apps import AppConfig


class MailingConfig(AppConfig):
    """The `mailing` room as a Django app; its tables are named `mailing_…`."""

    name = "penstock.mailing"
    label = "mailing"
    default_auto_field = "django.db.models.AutoField"
