"""Registers the room with Django, for its migrations and models."""

from django.apps import AppConfig


class AccountConfig(AppConfig):
    """The `account` room as a Django app; its tables are named `account_…`.

    django-allauth has an app labelled `account`; its tables are other ones.
    """

    name = "penstock.account"
    label = "penstock_account"
    default_auto_field = "django.db.models.AutoField"
