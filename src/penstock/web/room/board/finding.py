"""The list of all mailings: searched by name, narrowed by state, tag, channel and author, page by page."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.mailing import tagging
from penstock.mailing.mailings import Mailing, listed
from penstock.mailing.states import State
from penstock.report.board import Area, states_of
from penstock.report.glance import glances
from penstock.web.room import words
from penstock.web.room.board.areas import TITLES
from penstock.web.room.paging import number_of
from penstock.web.room.visit import Visit, room
from penstock.web.room.words import Text

PAGE = 25
_AREAS = {f"area:{TITLES[area][0]}": area for area in Area}


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for. `state` is a state, or `area:…` for all states of an area of the board."""

    search: str
    state: str
    tag: str
    channel: str
    mine: bool
    archived: bool
    before: int | None

    @property
    def states(self) -> list[str] | None:
        """The states that are meant, None for any."""
        if self.state in _AREAS:
            return states_of(_AREAS[self.state])
        return [self.state] if self.state in list(State) else None

    @property
    def is_anything(self) -> bool:
        """Whether nothing is left out."""
        return not (self.search or self.states or self.tag or self.channel or self.mine or self.archived)


@room("mailings:read", methods=("GET",))
def mailings(visit: Visit) -> HttpResponse:
    """`/mailings?q=spring&state=sent&tag=news&mine=1&archived=1`."""
    wanted = _wanted(visit)
    there = _found(visit, wanted)
    return visit.page(
        "board/list.html", wanted=wanted, rows=glances(visit.conn, visit.account, there[:PAGE]),
        following=there[PAGE - 1].id if len(there) > PAGE else None, states=_states(), areas=_areas(),
        tags=tagging.used(visit.conn, visit.account), may_write=visit.may("mailings:write"),
    )  # fmt: skip


def _wanted(visit: Visit) -> Wanted:
    given = visit.request.GET
    return Wanted(
        search=given.get("q", "").replace("\0", "").strip()[:200], state=given.get("state", ""),
        tag=given.get("tag", "").replace("\0", "").strip().lower()[:100], channel=given.get("channel", "")[:20].replace("\0", ""),
        mine=bool(given.get("mine")), archived=bool(given.get("archived")), before=number_of(given.get("before")),
    )  # fmt: skip


def _found(visit: Visit, wanted: Wanted) -> list[Mailing]:
    return listed(
        visit.conn, visit.account, limit=PAGE + 1, before=min(wanted.before, 2**31 - 1) if wanted.before else None,
        states=wanted.states, paused_too=wanted.state in _AREAS, search=wanted.search or None, tag=wanted.tag or None,
        channel=wanted.channel or None, author=visit.actor.who if wanted.mine else None, archived=wanted.archived,
    )  # fmt: skip


def _states() -> list[tuple[str, Text]]:
    return [(state, standing.title) for state, standing in words.STATES.items()]


def _areas() -> list[tuple[str, Text]]:
    return [(key, _("Area “%(area)s”") % {"area": TITLES[area][1]}) for key, area in _AREAS.items()]
