"""Opens and clicks that providers tell of: of a machine or a person, of a link of the mailing or none, noted many at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import psycopg

from penstock.feedback.hooks.told import Told, by_machine, key_of
from penstock.feedback.tracking.machines import is_machine, kind_of
from penstock.feedback.unsubscribe import Person
from penstock.platform import environment


class _Track(NamedTuple):
    """One of them, as it is noted."""

    mailing: int
    seq: int
    kind: str
    link: int | None
    at: datetime | None
    key: str


def note(conn: psycopg.Connection[Any], told: Sequence[tuple[Person, Told]], done: Counter[str]) -> None:
    """Note opens and clicks; `done` takes up how many of each were new, came before, or are none of anybody's business.

    One an hour, recipient and link is an event. A click that leads to a link of ours is not noted: following it is.
    """
    wanted = [each for each in told if not _is_own(each[1].url)]
    done.update({"nothing": len(told) - len(wanted)} if len(told) > len(wanted) else {})
    links = _links(conn, wanted)
    tracks = {track.key: track for track in (_track(*each, links) for each in wanted)}
    new = _noted(conn, list(tracks.values()))
    done.update(track.kind if track.key in new else "repeated" for track in tracks.values())
    if len(wanted) > len(tracks):
        done["repeated"] += len(wanted) - len(tracks)


def _track(person: Person, told: Told, links: dict[tuple[int, str], int]) -> _Track:
    machine = by_machine(told.raw) or (bool(told.agent) and is_machine(told.agent))
    kind = kind_of(told.kind, machine=machine)
    link = links.get((person.mailing, told.url)) if told.kind == "clicked" else None
    return _Track(
        person.mailing, person.seq, kind, link, told.at, key_of(told, f"{person.mailing}-{person.seq} {kind}")
    )


def _links(conn: psycopg.Connection[Any], told: Sequence[tuple[Person, Told]]) -> dict[tuple[int, str], int]:
    """The numbers of the mailings' links among what was clicked; a click of anything else is one without a link."""
    asked = {(person.mailing, each.url) for person, each in told if each.url}
    rows = conn.execute(
        "select l.mailing, l.url, l.no from unnest(%s::integer[], %s::text[]) as a (mailing, url)"
        " join delivery_link l on l.mailing = a.mailing and l.url = a.url",
        ([mailing for mailing, _ in asked], [url for _, url in asked]),
    )
    return {(mailing, url): no for mailing, url, no in rows}


def _noted(conn: psycopg.Connection[Any], tracks: Sequence[_Track]) -> set[str]:
    """Note them all; return the keys of those that were new."""
    if not tracks:
        return set()
    keys = [track.key for track in tracks]
    before = {
        key
        for (key,) in conn.execute(
            "select e.key from feedback_event e join mailing_mailing m on m.account_id = e.account"
            " where m.id = %s and e.key = any(%s)",
            (tracks[0].mailing, keys),
        )
    }
    mailings, seqs, kinds, links, times, _ = (list(column) for column in zip(*tracks, strict=True))
    conn.execute(
        "select feedback_note(%s::integer[], %s::integer[], %s::text[], %s::integer[], %s::timestamptz[], null, %s::text[])",
        (mailings, seqs, kinds, links, times, keys),
    )
    return set(keys) - before


def _is_own(url: str) -> bool:
    """Whether an address is a link of ours within the message: tracked, to unsubscribe, to look at it."""
    base = environment.base_url()
    return any(url.startswith(f"{base}/{door}/") for door in ("c", "u", "v"))
