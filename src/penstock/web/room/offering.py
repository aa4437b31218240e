"""A command as it is offered: its words, and where it is given."""

from typing import Any

from django.urls import NoReverseMatch, reverse

from penstock.web.room import words


def offer(mailing: int, name: str) -> dict[str, Any]:
    """Return the command `name` for the mailing of this number, as `room/parts/offer.html` shows it."""
    page, args = ("edit", [mailing]) if name == "edit" else ("command", [mailing, name.replace("_", "-")])
    url = reverse(f"room:{page}", args=args) if exists(page, *args) else ""
    return {"name": name, "order": words.COMMANDS[name], "url": url}


def exists(page: str, *args: Any) -> bool:
    """Whether there is such a page of the room."""
    try:
        reverse(f"room:{page}", args=args)
    except NoReverseMatch:
        return False
    return True
