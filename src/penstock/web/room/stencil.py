"""What stands in every row of a page, rendered once and then filled in: a template takes a millisecond, filling it in microseconds.

The template is the truth; what differs from row to row is marked in it, and what is filled in is escaped as the template would.
"""

import re
from functools import lru_cache
from types import SimpleNamespace
from urllib.parse import quote

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from penstock.mailing.mailings import Mailing
from penstock.web.room import words
from penstock.web.room.offering import offer

_NUMBER = 900_719_925_474_099
"""Stands for the number of the mailing; no mailing has it."""
_MARKS = re.compile(rf"(next=QnextQ|QnextQ|QnameQ|QversionQ|QtokenQ|QplaceQ|{_NUMBER})")


def actions(
    mailing: Mailing, buttons: tuple[str, ...], menu: tuple[str, ...], following: str, token: str
) -> SafeString:
    """Return `room/parts/actions.html` for a mailing: these commands as buttons, those in the menu.

    The template may use the mailing's number, version, name and state; `following` is the page to come back to.
    """
    filled = {
        "next=QnextQ": f"next={quote(following, safe='')}", "QnextQ": escape(following), "QnameQ": escape(mailing.name),
        "QversionQ": str(mailing.version), "QtokenQ": escape(token), "QplaceQ": str(mailing.account),
        str(_NUMBER): str(mailing.id),
    }  # fmt: skip
    pieces = _actions(translation.get_language() or "", mailing.state, buttons, menu, bool(following))
    return mark_safe("".join(filled.get(piece, piece) for piece in pieces))  # noqa: S308  (a template's text, and escaped data)


@lru_cache(maxsize=1024)
def _actions(
    language: str, state: str, buttons: tuple[str, ...], menu: tuple[str, ...], has_following: bool
) -> list[str]:
    mailing = SimpleNamespace(id=_NUMBER, version="QversionQ", name="QnameQ", state=state)
    return _MARKS.split(render_to_string("room/parts/actions.html", {
        "mailing": mailing, "buttons": [offer(_NUMBER, name) for name in buttons],
        "menu": [offer(_NUMBER, name) for name in menu], "csrf_token": "QtokenQ", "place_number": "QplaceQ",
        "next": "QnextQ" if has_following else "",
    }))  # fmt: skip


def state(name: str) -> SafeString:
    """Return `room/parts/state.html` for a state."""
    return _state(translation.get_language() or "", name)


@lru_cache(maxsize=256)
def _state(language: str, name: str) -> SafeString:
    return render_to_string("room/parts/state.html", {"name": name, "standing": words.STATES[name]})
