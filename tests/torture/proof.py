"""What must be true afterwards, from the sink's own log and the raw rows of the ledger. Pure but for the reading.

Each function returns what is wrong, in sentences; nothing wrong is an empty list.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bench import sample
from bench.arrivals import Line

MADE_UP_FOR = 0.5
"""Seconds of unused time that the meter makes up for."""
GRANT = 0.05
"""Seconds of work that one grant is for; a sender may hold one at the moment it is cut off."""


@dataclass
class Received:
    """The sink's log by recipient: what each one's messages came to, in order of arrival."""

    kinds: dict[str, str] = field(
        default_factory=dict
    )  # A, X, T, P as in bench/sink.py, one letter for each message
    foreign: list[str] = field(default_factory=list)
    lost_connections: int = 0

    @classmethod
    def read(cls, lines: Iterable[Line]) -> "Received":
        found = cls()
        for line in lines:
            if line.kind == "C":
                found.lost_connections += 1
            elif line.kind in "AXTP":
                found.kinds[line.recipient] = found.kinds.get(line.recipient, "") + line.kind
                if line.recipient != sample.address(int(line.mark)):
                    found.foreign.append(f"{line.recipient} received the message of number {line.mark}")
        return found

    def taken(self) -> set[str]:
        """Those whose message arrived in full and was not refused."""
        return {address for address, kinds in self.kinds.items() if "A" in kinds or "X" in kinds}


def nobody_twice(received: Received) -> list[str]:
    """Only after a temporary refusal may anything more arrive for an address."""
    wrong = [f"{a}: {kinds}" for a, kinds in received.kinds.items() if set(kinds[:-1]) - {"T"}]
    return [f"received again after a final answer: {text}" for text in wrong] + received.foreign


def one_state_each(rows: list[tuple[str, str]], recipients: int) -> list[str]:
    """Rows are (address, state): every address has exactly one, and it is a settled one."""
    wrong = [
        f"{address} has {n} rows" for address, n in Counter(address for address, _ in rows).items() if n > 1
    ]
    wanted = {sample.address(number) for number in range(1, recipients + 1)}
    found = {address for address, _ in rows}
    wrong += [f"{address} is missing" for address in wanted - found] + [
        f"{a} is unknown" for a in found - wanted
    ]
    settled = {"accepted", "bounced", "in_doubt"}
    return wrong + [f"{address} ended as {state}" for address, state in rows if state not in settled]


def truth(rows: list[tuple[str, str]], received: Received) -> list[str]:
    """What the ledger says of each message is what the sink knows of it, or that it is not known."""
    wrong = []
    taken = received.taken()
    for address, state in rows:
        kinds = received.kinds.get(address, "")
        if state == "accepted" and not kinds.endswith("A"):
            wrong.append(f"{address} is accepted; the sink has {kinds or 'nothing'}")
        elif state == "bounced" and address in taken:
            wrong.append(f"{address} is bounced; the sink has taken it ({kinds})")
        elif kinds.endswith("X") and state != "in_doubt":
            wrong.append(f"{address} is {state}; the sink cut the connection without an answer ({kinds})")
    reached = {address for address, state in rows if state in ("accepted", "in_doubt")}
    return wrong + [f"{address} arrived and is neither accepted nor in doubt" for address in taken - reached]


def too_fast(arrived: Sequence[float], rate: float) -> list[str]:
    """Every stretch of one second and more holds what the rate allows in it, and what the meter makes up for."""
    at = sorted(arrived)
    wrong = []
    for seconds in (1.0, 2.0, 5.0):
        allowed = rate * (seconds + MADE_UP_FOR + 2 * GRANT) + 2
        for place, begun in enumerate(at):
            count = bisect_right(at, begun + seconds) - place
            if count > allowed:
                wrong.append(f"{count} in {seconds:.0f} s from {begun:.3f} on, where {allowed:.0f} may be")
    whole = at[-1] - at[0]
    if len(at) > rate * (whole + MADE_UP_FOR + 2 * GRANT) + 2:
        wrong.append(f"{len(at)} in {whole:.1f} s in all, at {rate:.0f} a second")
    return wrong
