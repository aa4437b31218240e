"""The web face as a Django app, so that its templates are found."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Brings templates; no tables."""

    name = "penstock.web"
    label = "web"
