"""What must be true of a mailing afterwards, from a centre's own log and the rows of the ledger. Pure.

Each function returns what is wrong, in sentences; nothing wrong is an empty list.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

TEMPORARY: Final = frozenset({0x08, 0x14, 0x58})
"""Statuses after which a message may be submitted again: ESME_RSYSERR, RMSGQFUL, RTHROTTLED (SMPP 3.4 §5.1.3)."""
Line = dict[str, Any]


@dataclass
class Received:
    """What a centre was given and told: submits and receipts in the order they came, by number, with the "+"."""

    submits: dict[str, list[Line]] = field(default_factory=lambda: defaultdict(list))
    sent: dict[str, str] = field(
        default_factory=dict
    )  # id of a part -> its state, as its receipt says, whether it arrived or not
    confirmed: set[str] = field(
        default_factory=set
    )  # ids whose receipt was taken, as far as the centre knows

    @classmethod
    def read(cls, lines: Iterable[Line]) -> "Received":
        found = cls()
        for line in lines:
            if line["kind"] == "submit":
                found.submits["+" + line["number"].removeprefix("+")].append(line)
            elif line["kind"] == "receipt":
                found.sent[line["id"]] = line["state"]
            elif line["kind"] == "confirmed" and line["status"] == 0:
                found.confirmed.add(line["id"])
        return found

    def taken(self, number: str) -> list[Line]:
        """The parts of this number's message that the centre has, whether it said so or not."""
        return [line for line in self.submits.get(number, []) if line["id"]]

    def texts(self) -> dict[str, str]:
        """The whole text by number, of those of whom every part is here, as the centre reads it."""
        whole = {}
        for number in self.submits:
            parts = {line["part"]: line for line in self.taken(number)}
            if parts and len(parts) == next(iter(parts.values()))["parts"]:
                whole[number] = "".join(parts[part]["text"] for part in sorted(parts))
        return whole

    def learnt(self, number: str, *, surely: bool = True) -> str:
        """What receipts say of this number's message, those that were taken surely or those that were sent: delivered, bounced, or "" as yet."""
        parts = self.taken(number)
        known = [line["id"] for line in parts if line["id"] in (self.confirmed if surely else self.sent)]
        states = [self.sent[each] for each in known]
        if "UNDELIV" in states:
            return "bounced"
        return "delivered" if parts and states == ["DELIVRD"] * parts[0]["parts"] else ""


def nobody_twice(received: Received) -> list[str]:
    """A part goes again only after the centre has refused it for now; and all parts of one message hang together."""
    wrong = []
    for number, lines in received.submits.items():
        for part, fates in _fates(lines).items():
            if set(fates[:-1]) - {"T"}:
                wrong.append(
                    f"{number}: part {part} was submitted again after a final answer, or none: {fates}"
                )
        if len({(line["reference"], line["parts"]) for line in received.taken(number)}) > 1:
            wrong.append(f"{number}: parts of two messages")
    return wrong


def _fates(lines: Iterable[Line]) -> dict[int, str]:
    """By part a letter for each submit: A answered, X taken without an answer, L lost unanswered, T refused for now, P for good."""
    found: dict[int, str] = defaultdict(str)
    for line in lines:
        fate = line["fate"]
        found[line["part"]] += fate if fate != "R" else "T" if line["status"] in TEMPORARY else "P"
    return found


def truth(rows: Mapping[str, str], received: Received) -> list[str]:
    """What the ledger says of each number (its state) is what the centre knows of it, or that it is not known."""
    wrong = []
    for number, state in rows.items():
        fates = _fates(received.submits.get(number, []))
        ends = {fate[-1] for fate in fates.values()}
        whole = bool(fates) and set(fates) == set(range(1, received.submits[number][0]["parts"] + 1))
        learnt, told = received.learnt(number), received.learnt(number, surely=False)
        said = f"{number} is {state}; the centre has {dict(fates) or 'nothing'}, and told {told or 'nothing'} ({learnt or 'nothing'})"
        if (
            (state == "accepted" and not (whole and ends == {"A"} and not learnt))
            or (state == "delivered" and told != "delivered")
            or (state == "bounced" and told != "bounced" and "P" not in ends)
            or (
                state in ("waiting", "deferred", "cancelled", "expired", "skipped") and received.taken(number)
            )
        ):
            wrong.append(said)
        elif state == "in_doubt" and not fates:
            continue  # claimed by a sender that was killed
    return wrong + [
        f"{number} got something, and is not in the ledger"
        for number in received.submits
        if number not in rows
    ]


def settled(rows: Mapping[str, str], expected: int) -> list[str]:
    """Everybody is there, in a state that is final."""
    wrong = [f"{len(rows)} recipients of {expected}"] if len(rows) != expected else []
    final = {"accepted", "delivered", "bounced", "in_doubt"}
    return wrong + [
        f"{count} are {state}" for state, count in Counter(rows.values()).items() if state not in final
    ]
