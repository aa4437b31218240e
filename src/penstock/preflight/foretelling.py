"""What a command would do to a mailing, told to somebody who is about to give it: without taking its gate, so that nobody waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from penstock.content.checking import blockers
from penstock.mailing import control, foreseeing, lifecycle
from penstock.mailing.actor import Actor
from penstock.mailing.facts import Gathered, gather, with_people
from penstock.mailing.guards import Facts, Refusal
from penstock.mailing.plan import PlanError
from penstock.mailing.states import State
from penstock.preflight.giving import JUDGED


@dataclass(frozen=True)
class Foretold:
    """What would follow as things stand. `target` None: nothing, the state does not know the command, or the plan is none.

    `refusals`: what stands in its way. `leaving`: messages that would still go out.
    """

    found: Gathered
    target: State | None
    refusals: tuple[Refusal, ...]
    warnings: tuple[str, ...]
    leaving: int

    @property
    def facts(self) -> Facts:
        """The mailing's facts of this moment."""
        return self.found.facts


def foretell(
    conn: psycopg.Connection[Any], mailing: int, name: str, actor: Actor, arguments: Mapping[str, Any]
) -> Foretold:
    """Say what the command would do now, with these arguments. Raises control.NotFound."""
    faults = blockers(conn, mailing, lately=True) if name in JUDGED else ()
    found = gather(conn, mailing, faults, submitting=name == "submit")
    if found is None or actor.account not in (None, found.account):
        raise control.NotFound(f"There is no mailing {mailing}.")
    found = with_people(conn, mailing, found, arguments)
    given = {"reason": None, **arguments, "code": None, "actor": actor.name, "identity": actor.who}
    decision = lifecycle.decide(name, found.facts, actor.roles, given)
    refusals = decision.reasons if isinstance(decision, lifecycle.Refused) else ()
    row = next((r for r in lifecycle.TABLE if r.command == name and found.facts.state in r.sources), None)
    target = _target(row, found.facts, given) if row else None
    if row is None or target is None:
        return Foretold(found, None, refusals, (), 0)
    there = lifecycle.Decision(row, target)
    try:
        warnings = tuple(foreseeing.warnings(found.facts, there, given))
    except PlanError:  # said among the refusals
        warnings = ()
    return Foretold(found, target, refusals, warnings, foreseeing.leaving(found.facts, there, given))


def _target(row: lifecycle.Row, facts: Facts, given: dict[str, Any]) -> State | None:
    try:
        return row.target if isinstance(row.target, State) else row.target(facts, given)
    except PlanError:
        return None
