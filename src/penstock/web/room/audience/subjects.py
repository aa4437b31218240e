"""What a row of the builder can be about: attributes, what every contact has, lists, mailings, events."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from penstock.audience import contacts, lists
from penstock.platform.database import sql
from penstock.web.room.audience.building import OTHER, Row
from penstock.web.room.visit import Visit

_LISTS, _MAILINGS = 100, 20
_LOOKED_AT = 50
"""Contacts that are looked at for their attributes where no import says which there are."""

Group = tuple[str, list[tuple[str, str]]]
"""A heading, and under it (value, words)."""


def subjects(visit: Visit, rows: Iterable[Row]) -> list[Group]:
    """Return what can be chosen; what a row has already is always among it."""
    names = dict.fromkeys(_told(visit, "attributes"))
    for each in [] if names else contacts.page(visit.conn, visit.account, limit=_LOOKED_AT):
        names |= dict.fromkeys(sorted(each.attributes))
    fields = [
        ("field address", _("Address")), ("field domain", _("Domain of the address")),
        ("field phone", _("Telephone number")), ("field phone_country", _("Country of the number, as FR")),
        ("field created", _("Since when a contact")), ("field updated", _("Last changed")),
    ]  # fmt: skip
    there = [(f"list {each.id}", each.name) for each in lists.page(visit.conn, visit.account, limit=_LISTS)]
    groups: list[Group] = [
        (_("Attributes"), [*((f"attribute {name}", name) for name in names), (OTHER, _("Another one…"))]),
        (_("Every contact"), fields),
        (_("On the list"), there),
        *_mailings(visit),
        (_("Events"), [(f"did {name}", name) for name in _told(visit, "events_told")]),
    ]  # fmt: skip
    known = {value for _heading, choices in groups for value, _words in choices}
    missing = dict.fromkeys(row.about for row in rows if row.about and row.about not in known)
    return [*groups, (_("Here already"), [(each, each) for each in missing])] if missing else groups


def _told(visit: Visit, statement: str) -> list[str]:
    found: Any = visit.conn.execute(sql("penstock.web.room.audience", statement), {"account": visit.account})
    return [str(name) for (name,) in found]


def _mailings(visit: Visit) -> list[Group]:
    rows: Any = visit.conn.execute(
        sql("penstock.web.room.writing", "reaching"),
        {"account": visit.account, "mailing": 0, "picked": [], "limit": _MAILINGS},
    )
    named = [(int(number), str(name)) for number, name in rows]
    return [
        (_("Reached by"), [(f"reached {number}", name) for number, name in named]),
        (
            _("Opened"),
            [("opened any", _("any mailing")), *((f"opened {number}", name) for number, name in named)],
        ),
        (
            _("Clicked in"),
            [("clicked any", _("any mailing")), *((f"clicked {number}", name) for number, name in named)],
        ),
    ]
