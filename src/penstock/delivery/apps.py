"""Registers the room with Django, for its migrations and models."""

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    """The `delivery` room as a Django app; its tables are named `delivery_…`."""

    name = "penstock.delivery"
    label = "delivery"
    default_auto_field = "django.db.models.AutoField"
