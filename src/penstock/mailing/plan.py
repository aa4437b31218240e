"""When a mailing is to go out: now, at a time in a zone, in sequence, or decided later. Pure.

A plan is a document: {"kind": "now" | "at" | "sequence" | "later", "at": "2026-12-01T09:00", "zone": "Europe/Paris",
"fold": "first" | "second", "ends_at": "2026-12-03T18:00"}. `at` and `ends_at` are wall times in `zone` (else the account's);
one with an offset of its own ("…Z", "…+01:00") is taken as it is. `fold` says which of two, where a wall time occurs twice.
A step of a chain has {"kind": "after", "delay": "2d"}: so long after the step before reached somebody it goes to them.
"local": true with `at`: at that wall time of each recipient; `zone` is then that of those whose zone nobody knows. With
"batches": {"size": 5000} or {"number": 10} and "interval": "1h" it goes out in parts (mailing.batches).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from penstock.mailing import batches, duration
from penstock.mailing.batches import Batches
from penstock.mailing.step import LONGEST_DELAY


class Kind(StrEnum):
    """The ways to go out."""

    NOW = "now"
    AT = "at"
    AFTER = "after"
    SEQUENCE = "sequence"
    LATER = "later"


KEYS = frozenset({"kind", "at", "zone", "fold", "ends_at", "local", "batches", "interval", "delay"})


class PlanError(ValueError):
    """A plan that cannot be carried out; `code` is the machine's word for why."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


@dataclass(frozen=True)
class Plan:
    """A plan that can be carried out. `due_at` and `ends_at` are instants; `document` is what is stored and shown.

    `due_at` of one at the recipients' local time is that time in the plan's zone: the first of them may have it a day before.
    """

    kind: Kind
    due_at: datetime | None
    ends_at: datetime | None
    document: dict[str, Any]
    batches: Batches | None = None
    local: bool = False


def read(given: Any, *, zone: str, now: datetime, past_start: str = "refuse") -> Plan:
    """Understand the document `given`, as of `now`; `zone` is the account's.

    `past_start` says what becomes of a time that is past: `refuse` it, or `send_now`. Raises PlanError.
    """
    if not isinstance(given, Mapping) or given.get("kind") not in [kind.value for kind in Kind]:
        kinds = ", ".join(f'"{kind}"' for kind in Kind)
        raise PlanError(
            "unknown_plan", f'The plan {given!r} is not known. Give {{"kind": …}} with one of {kinds}.'
        )
    if unknown := sorted(map(str, given.keys() - KEYS)):
        raise PlanError(
            "unknown_plan", f"A plan has no {', '.join(unknown)}; it may have {', '.join(sorted(KEYS))}."
        )
    kind = Kind(given["kind"])
    document: dict[str, Any] = {"kind": kind.value}
    due_at = ends_at = None
    named = given.get("zone") or zone
    if kind is Kind.AT:
        due_at = instant(given.get("at"), named, given.get("fold"))
        document |= {"at": given["at"], "zone": named, **_fold(given), **_local(given, due_at)}
        if due_at <= now:
            if past_start != "send_now":
                raise PlanError(
                    "past_start",
                    f"{given['at']} ({named}) is past. Give a time to come, or send it now.",
                )
            kind, due_at, document = Kind.NOW, None, {"kind": Kind.NOW.value}
    elif given.get("at"):
        raise PlanError("unknown_plan", f'A plan of the kind "{kind}" has no time; "at" has one.')
    elif given.get("local"):
        raise PlanError("unknown_plan", f'A plan of the kind "{kind}" has no local time; give "at", too.')
    parts = _batches(given)
    document |= {"batches": parts.document, "interval": given["interval"]} if parts else {}
    if kind is Kind.AFTER:
        document["delay"] = _delay(given.get("delay"))
        if parts:
            raise PlanError(
                "batches_invalid",
                "A step of a chain has no batches: it goes to each recipient when the delay is over.",
            )
    elif given.get("delay") is not None:
        raise PlanError("unknown_plan", f'A plan of the kind "{kind}" has no delay; "after" has one.')
    if given.get("ends_at"):
        ends_at = instant(given["ends_at"], named, given.get("fold"))
        document |= {"ends_at": given["ends_at"], "zone": named, **_fold(given)}
        if ends_at <= (due_at or now):
            raise PlanError(
                "end_before_start", f"The end date {given['ends_at']} ({named}) is not after the start."
            )
    return Plan(kind, due_at, ends_at, document, parts, bool(document.get("local")))


def _local(given: Mapping[str, Any], due_at: datetime) -> dict[str, Any]:
    """The mark of a plan at the recipients' own time, whose time has no offset and lies within the calendar everywhere."""
    if given.get("local") in (None, False):
        return {}
    if given["local"] is not True:
        raise PlanError("unknown_plan", f"local is {given['local']!r}; it may be true or false.")
    if datetime.fromisoformat(given["at"]).tzinfo is not None:
        raise PlanError(
            "time_invalid", f"{given['at']} is the same everywhere. For local time write it without offset."
        )
    if not 1900 < due_at.year < 9000:
        raise PlanError("time_invalid", f"{given['at']} is out of the calendar's range.")
    return {"local": True}


def _batches(given: Mapping[str, Any]) -> Batches | None:
    if given.get("batches") is None:
        if given.get("interval") is not None:
            raise PlanError(
                "batches_invalid", "An interval is between batches: say how large or how many they are."
            )
        return None
    try:
        return batches.read(given["batches"], given.get("interval"))
    except ValueError as error:
        raise PlanError("batches_invalid", str(error)) from None


def _delay(given: Any) -> int:
    """Seconds between the step before and this one. Raises PlanError."""
    try:
        return duration.seconds(0 if given is None else given, most=LONGEST_DELAY)
    except ValueError as error:
        raise PlanError("delay_invalid", f"The delay {error}.") from None


def _fold(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"fold": given["fold"]} if given.get("fold") else {}


def instant(wall: Any, zone: str, fold: Any = None) -> datetime:
    """Return the instant of the wall time `wall` in `zone`, in UTC.

    Times that the clocks skip are refused (`time_does_not_exist`); of those that occur twice `fold` says which
    (`first`, `second`), else they are asked about (`time_ambiguous`). Raises PlanError.
    """
    try:
        there = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError, TypeError):
        raise PlanError(
            "unknown_zone", f"There is no time zone {zone!r}. Give its IANA name, like Europe/Paris."
        ) from None
    if wall is None or wall == "":
        raise PlanError("time_invalid", "No time is given yet. Write it as 2026-12-01T09:00.")
    try:
        given = datetime.fromisoformat(wall)
    except (TypeError, ValueError):
        raise PlanError("time_invalid", f"{wall!r} is no time. Write it as 2026-12-01T09:00.") from None
    if fold not in (None, "first", "second"):
        raise PlanError("time_invalid", f"fold is {fold!r}; it may be first or second.")
    try:
        if given.tzinfo is not None:
            return given.astimezone(UTC)
        return _of_wall(given, there, zone, fold)
    except OverflowError:
        raise PlanError("time_invalid", f"{wall} is out of the calendar's range.") from None


def _of_wall(given: datetime, there: ZoneInfo, zone: str, fold: str | None) -> datetime:
    first, second = (given.replace(tzinfo=there, fold=n).astimezone(UTC) for n in (0, 1))
    if first == second:
        return first
    # Two readings of one wall time: it occurs twice when both lead back to it, else the clocks skip it.
    if first.astimezone(there).replace(tzinfo=None, fold=0) != given.replace(fold=0):
        raise PlanError(
            "time_does_not_exist",
            f"{given.isoformat(' ', 'minutes')} does not exist in {zone}: the clocks are put forward then."
            f" The next time that does is {second.astimezone(there).isoformat(' ', 'minutes')[:16]} or"
            f" {first.astimezone(there).isoformat(' ', 'minutes')[:16]}.",
        )
    if fold is None:
        raise PlanError(
            "time_ambiguous",
            f"{given.isoformat(' ', 'minutes')} occurs twice in {zone}: {first:%H:%M} and {second:%H:%M} UTC."
            ' Say which: "fold": "first" or "second".',
        )
    return first if fold == "first" else second
