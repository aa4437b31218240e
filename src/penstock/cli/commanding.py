"""One command to one mailing: asked about where that is due, given, and its answer told."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg

from penstock.cli.answers import tell_answer
from penstock.cli.choosing import any_mailing, zone_of
from penstock.cli.endings import Exit
from penstock.cli.person import actor, choose, somebody_there
from penstock.cli.timing import Timing
from penstock.mailing import control
from penstock.mailing.facts import gather
from penstock.mailing.guards import Facts
from penstock.mailing.mailings import Mailing
from penstock.platform import database

_LOOKED_AT = ("submit", "approve", "send_rest")
"""Commands before which the message is checked once more."""


@dataclass(frozen=True)
class Manner:
    """How a command is given: the options that all of them have."""

    json: bool = False
    dry_run: bool = False
    expect: int | None = None
    yes: bool = False
    confirm: int | None = None


@dataclass(frozen=True)
class Order:
    """One command as it is to be given."""

    conn: psycopg.Connection[Any]
    mailing: Mailing
    name: str
    manner: Manner
    arguments: dict[str, Any]

    def give(self, *, dry_run: bool = False) -> control.Answer:
        """Give the command, or only ask what it would do. Raises NotFound or Refused; then nothing was changed."""
        found: tuple[str, ...] = ()
        if self.name in _LOOKED_AT:
            from penstock.content.checking import blockers  # with all that compiles messages: not for a pause

            found = blockers(self.conn, self.mailing.id)
        try:
            return control.command(
                self.conn, self.mailing.id, self.name, actor(), expected_version=self.manner.expect,
                dry_run=dry_run or self.manner.dry_run, blockers=found, **self.arguments,
            )  # fmt: skip
        except control.Refused as refused:
            if refused.code == "already_paused":
                return control.Answer(self.mailing.id, refused.state, self.mailing.version)
            if not self._say_which(refused):
                raise
        return self.give(dry_run=dry_run)

    def facts(self) -> Facts:
        """Return what the lifecycle knows of the mailing now. Raises NotFound when it has just gone."""
        found = gather(self.conn, self.mailing.id)
        if found is None:
            raise control.NotFound(f"There is no mailing {self.mailing.id}.")
        return found.facts

    def _say_which(self, refused: control.Refused) -> bool:
        """Of a time that occurs twice, ask which is meant, where there is somebody to ask."""
        asked = [reason for reason in refused.reasons if reason.code == "time_ambiguous"]
        if not asked or self.manner.json or not somebody_there():
            return False
        which = choose(asked[0].text.partition(" Say which")[0], ("first", "second"))
        (self.arguments.get("plan") or self.arguments)["fold"] = which
        return True


Question = Callable[[Order], Order]
"""Asks the person before a command is given, unless they said `--yes`, and returns the order as it was agreed to.

Raises Failure when the answer is no.
"""


def order(
    mailing: int, name: str, manner: Manner, *, timing: Timing | None = None, whole_plan: bool = False,
    keep_plan: bool = True, question: Question | None = None, **arguments: Any,
) -> int:  # fmt: skip
    """Give `name` to the mailing, say what it did, and return the exit status.

    `whole_plan`: the command takes a whole plan; where none is said, the mailing's own with `keep_plan`, else now.
    """
    database.ready()
    with database.connect(name=f"penstock mailing {name.replace('_', '-')}") as conn:
        there = any_mailing(conn, mailing)
        if timing:
            zone = zone_of(conn, there.account)
            own = there.plan if keep_plan else None
            arguments |= timing.whole(zone, own) if whole_plan else timing.parts(zone)
        given = Order(conn, there, name, manner, {k: v for k, v in arguments.items() if v is not None})
        if question:
            given = question(given)
        tell_answer(conn, there, given.give(), name, json=manner.json)
    return Exit.DONE
