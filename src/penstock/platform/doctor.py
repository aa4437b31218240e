"""`penstock doctor`: is the installation sound, and how to mend what is not.

Every check returns findings; none of them changes anything, except that the embedded server is started to
be asked. A room adds checks of its own: `register("account", "sending domains", function)` in a module
`penstock.<room>.doctor`, with `function(conn) -> Finding | list[Finding]`.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Literal

import psycopg
from psycopg import errors

from penstock.platform import database
from penstock.platform.trouble import Trouble

Level = Literal["ok", "warn", "fail"]
ROOMS = (
    "account",
    "audience",
    "content",
    "mailing",
    "transport",
    "feedback",
    "delivery",
    "report",
    "notices",
    "web",
)


@dataclass(frozen=True)
class Finding:
    """What one check found: `what` it is, and for a warning or failure the `cure`."""

    level: Level
    what: str
    cure: str = ""
    room: str = "platform"
    name: str = ""

    def named(self, room: str, name: str) -> "Finding":
        return Finding(self.level, self.what, self.cure, room, name)


Check = Callable[[psycopg.Connection[Any]], "Finding | list[Finding]"]
_registered: list[tuple[str, str, Check]] = []


def register(room: str, name: str, check: Check) -> None:
    """Add a room's check, which is asked with an autocommit connection; once per name."""
    if (room, name) not in [(entry[0], entry[1]) for entry in _registered]:
        _registered.append((room, name, check))


def examine() -> list[Finding]:
    """Run all checks; those that need the database are left out when it cannot be reached."""
    from penstock.platform import checks

    findings = [
        finding
        for name, check in checks.OF_THE_MACHINE
        for finding in _asked("platform", name, lambda check=check: check())  # type: ignore[misc]
    ]
    try:
        conn = database.connect(name="penstock doctor")
    except Trouble as trouble:
        return [*findings, Finding("fail", trouble.what, trouble.cure, "platform", "database")]
    _load_rooms()
    with closing(conn):
        of_the_database = [("platform", name, check) for name, check in checks.OF_THE_DATABASE]
        for room, name, check in [*of_the_database, *_registered]:
            findings += _asked(room, name, lambda check=check: check(conn))  # type: ignore[misc]
    return findings


def is_sound(findings: list[Finding]) -> bool:
    """Tell whether nothing failed; warnings do not count."""
    return all(finding.level != "fail" for finding in findings)


def _asked(room: str, name: str, check: Callable[[], Finding | list[Finding]]) -> list[Finding]:
    """Ask one check; one that breaks is itself a finding, and does not keep the others from being asked."""
    try:
        found = check()
    except Trouble as trouble:
        found = Finding("fail", trouble.what, trouble.cure)
    except (errors.UndefinedTable, errors.UndefinedColumn):
        found = Finding("warn", "This cannot be looked at: the schema is behind.", "Run: penstock migrate")
    except Exception as error:
        found = Finding(
            "fail", f"The check itself failed: {type(error).__name__}: {error}", "Please report this."
        )
    return [finding.named(room, name) for finding in (found if isinstance(found, list) else [found])]


def _load_rooms() -> None:
    """Import each room's `doctor` module, where it has one: it registers its checks."""
    for room in ROOMS:
        module = f"penstock.{room}.doctor"
        if find_spec(module):
            import_module(module)
