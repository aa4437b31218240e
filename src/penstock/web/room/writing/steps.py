"""The four steps in which a mailing is written, in any order: what each shows, and what it reads of its form."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from penstock.content.accepting import EMAIL, SMS
from penstock.mailing.mailings import Mailing
from penstock.mailing.writing import Changes
from penstock.web.room.visit import Visit
from penstock.web.room.writing import audience, message, sending, short

Told = Callable[[Visit, Mailing], dict[str, Any]]
Read = Callable[[Visit, Mailing], Changes]


@dataclass(frozen=True)
class Step:
    """One step. `told` gives its template what it shows; `read` makes changes of its form, None where it has none.

    `part`: what its template is called, where not as the step.
    """

    name: str
    title: str | Promise
    told: Told
    read: Read | None = None
    part: str = ""

    @property
    def has_form(self) -> bool:
        """Whether something is written in it."""
        return self.read is not None

    @property
    def template(self) -> str:
        """Its part of the page."""
        return f"room/writing/{self.part or self.name}.html"


def _nothing(visit: Visit, mailing: Mailing) -> dict[str, Any]:
    return {}


_MESSAGES = {
    EMAIL: Step("message", _("Message"), message.told, message.read),
    SMS: Step("message", _("Message"), short.told, short.read, "short"),
}
_OTHERS = (
    Step("audience", _("Audience"), audience.told, audience.read),
    Step("check", pgettext_lazy("step", "Check"), _nothing),
    Step("send", pgettext_lazy("step", "Send"), sending.told, sending.read),
)


def steps(channel: str) -> tuple[Step, ...]:
    """Return the steps of a mailing that goes by this channel: they differ in how its message is written."""
    return (_MESSAGES[channel], *_OTHERS)


def of(name: str | None, channel: str) -> Step:
    """Return the step of this name, the first one for any other."""
    there = steps(channel)
    return next((each for each in there if each.name == name), there[0])
