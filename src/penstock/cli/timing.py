"""When a mailing shall go out, as it is said on the command line, made into what a command takes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from penstock.cli.endings import wrong

_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400}
_AFTER = re.compile(r"\+(\d{1,7})(s|m|min|h|d)")
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)")
_KINDS = ("now", "sequence", "later")


@dataclass(frozen=True)
class Spread:
    """The options `--batch-size`, `--batches`, `--every` and `--local` of one command."""

    size: int | None = None
    number: int | None = None
    every: str | None = None
    local: bool | None = None

    def __post_init__(self) -> None:
        if self.size is not None and self.number is not None:
            raise wrong("--batch-size and --batches contradict each other.", "Give one of them.")
        if (self.size or self.number) and self.every is None:
            raise wrong(
                "It is not said how long after each other batches go.", "Give --every 1h, or 30m, or 1d."
            )
        if self.every is not None and not (self.size or self.number):
            raise wrong("--every is between batches.", "Give --batch-size or --batches with it.")

    @property
    def parts(self) -> dict[str, Any]:
        """What a plan, or a command, takes of it: what was said."""
        said: dict[str, Any] = {} if self.local is None else {"local": self.local}
        if self.every is not None:
            batches = {"size": self.size} if self.size is not None else {"number": self.number}
            said |= {"batches": batches, "interval": self.every}
        return said


AS_IT_IS = Spread()
"""Nothing was said of it."""


@dataclass(frozen=True)
class Timing:
    """The options `--plan`, `--at`, `--zone`, `--fold` and `--ends-at` of one command."""

    plan: str | None = None
    at: str | None = None
    zone: str | None = None
    fold: str | None = None
    ends_at: str | None = None
    after: str | None = None
    spread: Spread = AS_IT_IS

    def __post_init__(self) -> None:
        if self.plan is not None and self.plan not in _KINDS:
            raise wrong(
                f"--plan {self.plan!r} is no plan.", f"It may be {', '.join(_KINDS)}; for a time give --at."
            )
        if self.plan is not None and self.at is not None:
            raise wrong(f"--plan {self.plan} and --at contradict each other.", "Give one of them.")
        if self.after is not None and (self.plan is not None or self.at is not None):
            raise wrong(
                "--after contradicts --plan and --at.", "A step of a chain goes out after the one before it."
            )
        if self.fold not in (None, "first", "second"):
            raise wrong(f"--fold {self.fold!r} cannot be.", "It may be first or second.")

    @property
    def later(self) -> bool:
        """Whether it does not start at once."""
        return self.at is not None or self.after is not None or self.plan in ("sequence", "later")

    @property
    def given(self) -> bool:
        """Whether anything was said."""
        return any((self.plan, self.at, self.zone, self.fold, self.ends_at, self.after, self.spread.parts))

    def whole(self, zone: str, otherwise: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return what a command takes that wants a whole plan: the one that was said, else `otherwise`, else now.

        `zone` is the account's.
        """
        said = self.parts(zone)
        ends = {"ends_at": said.pop("ends_at")} if "ends_at" in said else {}
        if self.after is not None:
            return {**said, **ends}
        if self.at is not None:
            return {"plan": {"kind": "at", **said}, **ends}
        if self.plan is not None:
            zoned = {"zone": self.zone} if self.zone else {}
            return {"plan": {"kind": self.plan, **zoned, **self.spread.parts}, **ends}
        return {"plan": {**(otherwise or {"kind": "now"}), **self.spread.parts}, **ends}

    def parts(self, zone: str) -> dict[str, Any]:
        """Return at, zone, fold, ends_at, batches, interval and local as far as they were said."""
        named = self.zone or zone
        said: dict[str, Any] = {
            "at": self.at and moment_of(self.at, named),
            "zone": self.zone,
            "fold": self.fold,
            **self.spread.parts,
        }
        if self.after is not None:
            said["plan"] = {"kind": "after", "delay": self.after}
        if self.ends_at is not None:
            said["ends_at"] = moment_of(self.ends_at, named)
        return {name: value for name, value in said.items() if value is not None}


AT_ONCE = Timing()
"""Nothing was said: now."""


def moment_of(given: str, zone: str, now: datetime | None = None) -> str:
    """Return a time as plans have it: `+2h` as an instant, `09:00` with its day, anything else as it is.

    A time of day is the next such time in `zone`. Whether it exists there is for the plan to say.
    """
    now = now or datetime.now(UTC)
    if after := _AFTER.fullmatch(given.strip()):
        then = now + timedelta(seconds=int(after[1]) * _UNITS[after[2]])
        return then.isoformat(timespec="seconds")
    if clock := _CLOCK.fullmatch(given.strip()):
        return _next(int(clock[1]), int(clock[2]), zone, now) or given
    return given


def _next(hour: int, minute: int, zone: str, now: datetime) -> str | None:
    """Return the next wall time with this hour and minute; None where hour, minute or zone cannot be."""
    from zoneinfo import ZoneInfo

    try:
        there = now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        then = there.replace(hour=hour, minute=minute, second=0, microsecond=0)
    except (ValueError, OSError, LookupError):
        return None
    return (then if then > there else then + timedelta(days=1)).isoformat(timespec="minutes")
