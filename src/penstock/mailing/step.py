"""A step of a chain: a mailing that goes to whom an earlier one reached, after a delay, on a condition. Pure.

Its audience rule is {"step": 12, "condition": "opened"}: mailing 12 is the earlier step. A list, a segment, or mailings that reached
somebody or not may narrow it further, as any audience. The delay is its plan's: {"kind": "after", "delay": 172800}.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final


class Condition(StrEnum):
    """Which recipients of the earlier step get this one. Judged for each when the delay is over, by what had happened until then."""

    ALL = "all"
    OPENED = "opened"
    NOT_OPENED = "not_opened"
    CLICKED = "clicked"
    NOT_CLICKED = "not_clicked"
    BOUNCED = "bounced"


MEANING: Final = {
    Condition.ALL: "Everybody whom the earlier step reached.",
    Condition.OPENED: "Whom it reached and who opened it, clicked in it, or viewed it in a browser.",
    Condition.NOT_OPENED: "Whom it reached and who did none of these.",
    Condition.CLICKED: "Whom it reached and who clicked in it.",
    Condition.NOT_CLICKED: "Whom it reached and who did not click in it.",
    Condition.BOUNCED: "Whom it could not reach, or whose message came back.",
}

SEEN: Final = (Condition.OPENED, Condition.NOT_OPENED, Condition.CLICKED, Condition.NOT_CLICKED)
"""The conditions that ask for what recipients did: of a letter that is seen, of a short message nobody sees it."""

KEYS: Final = ("step", "condition")
"""The keys that make an audience rule a step's."""

LONGEST_CHAIN: Final = 50
"""Steps that one chain may have."""
LONGEST_DELAY: Final = 366 * 86_400
"""Seconds between two steps at most."""


def earlier(rule: Mapping[str, Any]) -> int | None:
    """Return the number of the mailing that a mailing with this audience rule follows; None when it follows none."""
    return rule.get("step")


def condition(rule: Mapping[str, Any]) -> Condition:
    """Return the condition of a step's audience rule."""
    return Condition(rule.get("condition") or Condition.ALL)


def wrong(rule: Mapping[str, Any]) -> str | None:
    """Return what is wrong with the part of an audience rule that makes it a step's, in words."""
    number, given = rule.get("step"), rule.get("condition")
    if "step" in rule and not (
        isinstance(number, int) and not isinstance(number, bool) and 0 < number < 2**31
    ):
        return f"step of the audience is {number!r}; it must be the number of the earlier step's mailing"
    if given is not None and "step" not in rule:
        return "condition of the audience is for steps of a chain only"
    if given is not None and given not in list(Condition):
        return f"condition of the audience is {given!r}; it must be one of {', '.join(Condition)}"
    return None
