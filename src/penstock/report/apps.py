"""Registers the room with Django, for its migrations and models."""

from django.apps import AppConfig


class ReportConfig(AppConfig):
    """The `report` room as a Django app; its tables are named `report_…`."""

    name = "penstock.report"
    label = "report"
    default_auto_field = "django.db.models.AutoField"
