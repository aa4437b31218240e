"""The addresses at which commands are given to mailings."""

from django.urls import path, register_converter

from penstock.web.room.deciding import cancelling, commands
from penstock.web.room.deciding.asking import ASKED


class Spoken:
    """A command as an address says it: with hyphens."""

    regex = "|".join(sorted((name.replace("_", "-") for name in ASKED), key=len, reverse=True))

    def to_python(self, value: str) -> str:
        """Return its name."""
        return value.replace("-", "_")

    def to_url(self, value: str) -> str:
        """Return how an address says it."""
        return value.replace("_", "-")


register_converter(Spoken, "spoken")

urlpatterns = [
    path("mailings/<int:mailing>/kept", cancelling.kept, name="kept"),
    path("mailings/<int:mailing>/<spoken:name>", commands.command, name="command"),
]
