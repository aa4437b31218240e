"""The four steps in which a mailing is written, in any order: what each shows, and what it reads of its form."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from penstock.mailing.mailings import Mailing
from penstock.mailing.writing import Changes
from penstock.web.room.visit import Visit
from penstock.web.room.writing import audience, message, sending

Told = Callable[[Visit, Mailing], dict[str, Any]]
Read = Callable[[Visit, Mailing], Changes]


@dataclass(frozen=True)
class Step:
    """One step. `told` gives its template what it shows; `read` makes changes of its form, None where it has none."""

    name: str
    title: str | Promise
    told: Told
    read: Read | None = None

    @property
    def has_form(self) -> bool:
        """Whether something is written in it."""
        return self.read is not None

    @property
    def template(self) -> str:
        """Its part of the page."""
        return f"room/writing/{self.name}.html"


def _nothing(visit: Visit, mailing: Mailing) -> dict[str, Any]:
    return {}


STEPS = {
    step.name: step
    for step in (
        Step("message", _("Message"), message.told, message.read),
        Step("audience", _("Audience"), audience.told, audience.read),
        Step("check", pgettext_lazy("step", "Check"), _nothing),
        Step("send", pgettext_lazy("step", "Send"), sending.told, sending.read),
    )
}


def of(name: str | None) -> Step:
    """Return the step of this name, the first one for any other."""
    return STEPS.get(name or "", STEPS["message"])
