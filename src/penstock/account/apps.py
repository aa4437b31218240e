"""Registers the room with Django, for its migrations and models."""

from django.apps import AppConfig


class AccountConfig(AppConfig):
    """The `account` room as a Django app; its tables are named `account_…`."""

    name = "penstock.account"
    label = "account"
    default_auto_field = "django.db.models.AutoField"
