"""Registers the room with Django, for its migrations and models."""

from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    """The `feedback` room as a Django app; its tables are named `feedback_…`."""

    name = "penstock.feedback"
    label = "feedback"
    default_auto_field = "django.db.models.AutoField"
