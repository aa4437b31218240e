"""The step Audience: a list, a segment, or both; narrowed by other segments and by whom other mailings reached."""

from typing import Any

from penstock.audience import lists
from penstock.audience.segments import keeping
from penstock.content.accepting import EMAIL
from penstock.mailing import mailings, step
from penstock.mailing.mailings import Mailing
from penstock.mailing.step import Condition
from penstock.mailing.writing import Changes
from penstock.platform.database import sql
from penstock.web.room.mailing.chains import CONDITIONS
from penstock.web.room.paging import number_of
from penstock.web.room.visit import Visit

LISTS = 500
OFFERED = 50
"""Mailings that can be picked; of older ones those that are picked already."""


def read(visit: Visit, mailing: Mailing) -> Changes:
    """Return what the form changes; an audience without a list and a segment is none yet."""
    return Changes(audience=rule(visit, mailing) or None)


def rule(visit: Visit, mailing: Mailing | None = None) -> dict[str, Any]:
    """Return the rule that the form (or the address) says; empty without a list and a segment, but for a step of a chain."""
    given = visit.request.POST if visit.posted else visit.request.GET
    of_step = {} if mailing is None else _of_step(mailing, given)
    told: dict[str, Any] = {
        name: wanted for name in ("list", "segment") if (wanted := number_of(given.get(name))) is not None
    }
    if not told and not of_step:
        return {}
    for name in ("not_segment", "reached_by", "not_reached_by"):
        if numbers := [number for each in given.getlist(name) if (number := number_of(each))]:
            told[name] = numbers
    return of_step | told


def _of_step(mailing: Mailing, given: Any) -> dict[str, Any]:
    """What makes the rule a step's: the mailing that it follows, and the condition."""
    follows = step.earlier(mailing.audience)
    if follows is None:
        return {}
    chosen = given.get("condition")
    condition = chosen if chosen in list(Condition) else step.condition(mailing.audience).value
    return {"step": follows, "condition": condition}


def told(visit: Visit, mailing: Mailing) -> dict[str, Any]:
    """Return what the step shows: the lists to choose from, and mailings to include or leave out whom they reached."""
    chosen = (rule(visit, mailing) if visit.posted else {}) or mailing.audience
    picked = {*chosen.get("reached_by", []), *chosen.get("not_reached_by", [])}
    there = lists.page(visit.conn, visit.account, limit=LISTS)
    offered = _reaching(visit, mailing.id, sorted(picked))
    known = keeping.page(visit.conn, visit.account, limit=LISTS)
    before = mailings.find(visit.conn, visit.account, step.earlier(chosen) or 0)
    blind = (
        before is not None and before.channel != EMAIL
    )  # nobody sees what becomes of a short message that is read
    return {
        "lists": there,
        "segments": known,
        "without": [(each.id, each.name, each.id in chosen.get("not_segment", [])) for each in known],
        "rule": chosen,
        "conditions": {
            each.value: words for each, words in CONDITIONS.items() if not (blind and each in step.SEEN)
        },
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
    segments = {
        each.id: each.name for each in keeping.some(visit.conn, visit.account, keeping.named_by(rule))
    }
    return {
        "any": bool(rule),
        "list": row[0] if row else "",
        "segment": segments.get(rule.get("segment", 0), ""),
        "not_segment": [segments.get(number, "") for number in rule.get("not_segment", [])],
        "reached_by": [found.get(number, "") for number in rule.get("reached_by", [])],
        "not_reached_by": [found.get(number, "") for number in rule.get("not_reached_by", [])],
    }
