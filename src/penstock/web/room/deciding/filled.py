"""What stands in the fields of a command's form: what was filled in, else what the mailing has."""

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from penstock.mailing.guards import Facts
from penstock.web.room.deciding import pacing, zones

_WALL = "%Y-%m-%dT%H:%M"
FIELDS = ("reason", "ground", "kind", "at", "zone", "fold", "when", "ends_at", "confirm", "digest", "without_analysis",
          "position", "prepared", "which", *pacing.FIELDS)  # fmt: skip


def given(request: HttpRequest, facts: Facts) -> dict[str, Any]:
    """Return the words of each field. What an address says (`?kind=at`) is chosen when the form opens."""
    said = request.POST if request.method == "POST" else request.GET
    told: dict[str, Any] = _of_mailing(facts) | {key: said[key] for key in FIELDS if key in said}
    if "kind" in said or "at" in said:  # a box that is not ticked says nothing
        told["local"] = said.get("local", "") if "at" in said else told["local"]
    told["seqs"] = set(said.getlist("seq"))
    if request.method != "POST" and facts.policy.confirm_send == "type_count":
        told["confirm"] = ""
    return told


def zone(facts: Facts) -> str:
    """Return the zone in which its times are told: the plan's, else the account's."""
    return zones.known((facts.plan or {}).get("zone"), facts.zone)


def _kind(facts: Facts) -> str:
    """The way that is chosen: the plan's; a step of a chain has two only."""
    kind = str((facts.plan or {}).get("kind") or "now")
    return kind if facts.follows is None or kind in ("after", "later") else "after"


def _of_mailing(facts: Facts) -> dict[str, Any]:
    plan = facts.plan or {}
    there = ZoneInfo(zone(facts))
    return {
        "kind": _kind(facts),
        "zone": there.key,
        "at": facts.due_at.astimezone(there).strftime(_WALL) if facts.due_at else "",
        "ends_at": facts.ends_at.astimezone(there).strftime(_WALL) if facts.ends_at else "",
        "ended_at": facts.ends_at.astimezone(there).strftime(_WALL) if facts.ends_at else "",
        "fold": plan.get("fold") or "",
        **pacing.fields(plan),
        "when": "now",
        "prepared": "drop",
        "ground": "",
        "which": "all",
    }
