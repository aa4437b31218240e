"""The step Audience: a list, narrowed by whom other mailings reached."""

from typing import Any

from penstock.audience import lists
from penstock.mailing import mailings
from penstock.mailing.mailings import Mailing
from penstock.mailing.writing import Changes
from penstock.platform.database import sql
from penstock.web.room.paging import number_of
from penstock.web.room.visit import Visit

LISTS = 500
OFFERED = 50
"""Mailings that can be picked; of older ones those that are picked already."""


def read(visit: Visit, mailing: Mailing) -> Changes:
    """Return what the form changes; an audience without a list is none yet."""
    return Changes(audience=rule(visit) or None)


def rule(visit: Visit) -> dict[str, Any]:
    """Return the rule that the form (or the address) says; empty without a list."""
    given = visit.request.POST if visit.posted else visit.request.GET
    if (wanted := number_of(given.get("list"))) is None:
        return {}
    told: dict[str, Any] = {"list": wanted}
    for name in ("reached_by", "not_reached_by"):
        if numbers := [number for each in given.getlist(name) if (number := number_of(each))]:
            told[name] = numbers
    return told


def told(visit: Visit, mailing: Mailing) -> dict[str, Any]:
    """Return what the step shows: the lists to choose from, and mailings to include or leave out whom they reached."""
    chosen = (rule(visit) if visit.posted else {}) or mailing.audience
    picked = {*chosen.get("reached_by", []), *chosen.get("not_reached_by", [])}
    there = lists.page(visit.conn, visit.account, limit=LISTS)
    offered = _reaching(visit, mailing.id, sorted(picked))
    return {
        "lists": there,
        "rule": chosen,
        "include": [(*each, each[0] in chosen.get("reached_by", [])) for each in offered],
        "exclude": [(*each, each[0] in chosen.get("not_reached_by", [])) for each in offered],
    }


def _reaching(visit: Visit, mailing: int, picked: list[int]) -> list[tuple[int, str]]:
    """Number and name of mailings that have reached somebody: the latest, and the picked ones."""
    rows = visit.conn.execute(
        sql("penstock.web.room.writing", "reaching"),
        {"account": visit.account, "mailing": mailing, "picked": picked, "limit": OFFERED},
    )
    return [(int(number), str(name)) for number, name in rows]


def names(visit: Visit, rule: dict[str, Any]) -> dict[str, Any]:
    """Return the rule in words: the name of the list, and the mailings'."""
    found = {number: each.name for number in {*rule.get("reached_by", []), *rule.get("not_reached_by", [])}
             if (each := mailings.find(visit.conn, visit.account, number))}  # fmt: skip
    row = visit.conn.execute(
        "select name from audience_list where id = %s and account_id = %s", (rule.get("list"), visit.account)
    ).fetchone()
    return {
        "list": row[0] if row else "",
        "reached_by": [found.get(number, "") for number in rule.get("reached_by", [])],
        "not_reached_by": [found.get(number, "") for number in rule.get("not_reached_by", [])],
    }
