"""What the DNS answers, and what a check makes of it. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

LONGEST = 1000
"""Characters of a record that are shown: somebody else may have written it."""


class State(StrEnum):
    """What a check found of one record."""

    FOUND = "found"
    MISSING = "missing"
    WRONG = "wrong"
    SEVERAL = "several"
    UNREACHABLE = "unreachable"


UNCHECKED = "unchecked"
"""Of a record that was never looked for."""


@dataclass(frozen=True)
class Answer:
    """What was answered about a name. `values`: one text per record; `alias`: where a CNAME led.

    `trouble`: why there is no answer that counts (a time limit, SERVFAIL), in words; None when there is one, be it empty.
    """

    values: tuple[str, ...] = ()
    alias: str | None = None
    trouble: str | None = None


Ask = Callable[[str, str], Answer]
"""Asks for the records of a name and a type (TXT, MX, A, AAAA). MX: `10 mail.example.org`. Never raises."""


@dataclass(frozen=True)
class Finding:
    """What a check says of one record: its state, a sentence, what to do, and what was found. `more`: facts for programs.

    A record that is right can have a cure too: advice.
    """

    state: State
    what: str
    cure: str = ""
    found: tuple[str, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def certain(self) -> bool:
        """Whether the DNS answered: only then something is right or wrong."""
        return self.state is not State.UNREACHABLE

    def document(self) -> dict[str, Any]:
        """Return it as it is stored: whatever stood in the DNS, every text is one printable line.

        What is shown is cut. `more` is whole: values to copy are made of it, and half a record would be a wrong one.
        """
        return {
            "state": self.state.value,
            "what": cut(self.what),
            "cure": cut(self.cure),
            "found": [cut(text) for text in self.found[:10]],
            **{name: line(value) if isinstance(value, str) else value for name, value in self.more.items()},
        }


def unreachable(name: str, answer: Answer) -> Finding:
    """Return the finding for a name about which nobody answered."""
    return Finding(
        State.UNREACHABLE,
        f"The DNS gave no answer about {name}: {answer.trouble}.",
        "Nothing is concluded from that; it is asked again by itself. If it stays so, look at the domain's name servers.",
    )


def led(answer: Answer) -> str:
    """Return the words that say where a CNAME led, or none."""
    return f" (a CNAME leads to {answer.alias})" if answer.alias else ""


def cut(text: str) -> str:
    """Return a record as it is shown: one printable line, not too long."""
    whole = line(text)
    return whole if len(whole) <= LONGEST else whole[: LONGEST - 1] + "…"


def line(text: str) -> str:
    """Return a record as one printable line, however long; the DNS ends it at 65,535 octets."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
