"""What somebody filled in, as the arguments of a command. What is missing or wrong the lifecycle says, with every reason at once."""

from collections.abc import Callable, Mapping
from typing import Any

from penstock.mailing.plan import Kind
from penstock.web.room.deciding import pacing, zones
from penstock.web.room.deciding.asking import ASKED

LONGEST = 2000
"""Characters of a reason; the field takes no more, and what comes all the same is cut."""

Fields = Mapping[str, Any]


def arguments(name: str, posted: Any) -> dict[str, Any]:
    """Return the arguments of the command `name` as the form (a QueryDict) says them."""
    given: dict[str, Any] = {}
    for part in ASKED[name].parts:
        given |= READERS[part](posted)
    return given


def whole_number(text: str | None) -> int | None:
    """Read a number as people type it, with or without groups of digits; None when it is none, or out of all bounds."""
    digits = "".join(each for each in (text or "") if each not in " .,'’_\u00a0\u202f")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None


def _reason(posted: Any) -> dict[str, Any]:
    return {"reason": posted.get("reason", "").strip()[:LONGEST] or None}


def _time(posted: Any) -> dict[str, Any]:
    return {
        "at": posted.get("at", "").strip() or None,
        "zone": zones.named(posted.get("zone", "")) or None,
        "fold": posted.get("fold") or None,
    }


def _later(posted: Any) -> dict[str, Any]:
    """A new time where one is wanted (resume); the zone also reads an end date."""
    return _time(posted) if posted.get("when") == "at" else {"zone": _time(posted)["zone"]}


def _end(posted: Any) -> dict[str, Any]:
    return {"ends_at": posted.get("ends_at", "").strip() or None}


def _new_end(posted: Any) -> dict[str, Any]:
    """An end date that goes on with a mailing: only where it is another one than the mailing has."""
    return {} if posted.get("ends_at") == posted.get("ended_at") else _end(posted)


def _plan(posted: Any) -> dict[str, Any]:
    """A plan whole: how it starts, how it is spread over time, when it ends. Nothing chosen: the one it has."""
    kind = posted.get("kind", "")
    if not kind:
        return {}
    plan: dict[str, Any] = {"kind": kind, **_end(posted)}
    if kind == Kind.AFTER:
        return {"plan": {name: value for name, value in (plan | _delay(posted)).items() if value is not None}}
    if kind == Kind.AT:
        plan |= {**_time(posted), **pacing.local(posted)}
    elif plan["ends_at"]:
        plan |= {"zone": _time(posted)["zone"]}
    plan |= pacing.read(posted, whole_number)
    return {"plan": {name: value for name, value in plan.items() if value is not None}}


def _delay(posted: Any) -> dict[str, Any]:
    """The delay of a step, as plans have it; the zone reads an end date."""
    zone = {"zone": _time(posted)["zone"]} if posted.get("ends_at", "").strip() else {}
    return {"delay": pacing.length(posted, "delay", whole_number), **zone}


def _timed(posted: Any) -> dict[str, Any]:
    """A plan whole, at a time. Without a time nothing: that is what is asked for."""
    if posted.get("kind") == Kind.AFTER:
        return _plan(posted)
    if not posted.get("at", "").strip():
        return {}
    whole = posted.copy()
    whole["kind"] = Kind.AT.value
    return _plan(whole)


def _confirm(posted: Any) -> dict[str, Any]:
    told = posted.get("confirm", "")
    return {"confirm": True if told == "yes" else whole_number(told)}


def _which(posted: Any) -> dict[str, Any]:
    if posted.get("which") == "all":
        return {"which": "all"}
    return {"which": [number for text in posted.getlist("seq") if (number := whole_number(text))]}


READERS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "reason": _reason,
    "note": _reason,
    "cause": _reason,
    "unlocking": _reason,
    "ground": lambda posted: {"ground": posted.get("ground") or None},
    "time": _timed,
    "later": _later,
    "new_end": _new_end,
    "plan": _plan,
    "confirm": _confirm,
    "notice": _confirm,
    "digest": lambda posted: {"digest": posted.get("digest") or None},
    "without_analysis": lambda posted: {"without_analysis": bool(posted.get("without_analysis"))},
    "position": lambda posted: {
        name: whole_number(posted.get(name)) for name in ("position", "queue_version")
    },
    "prepared": lambda posted: {"prepared": posted.get("prepared") or None},
    "which": _which,
    "steps": lambda posted: {"steps": whole_number(posted.get("steps"))},
}
