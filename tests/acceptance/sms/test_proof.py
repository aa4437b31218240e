"""The judge notices what is wrong."""

from typing import Any

import pytest

from tests.acceptance.sms import proof


def received(*submits: tuple[str, int, int], sent: str = "", confirmed: bool = True) -> proof.Received:
    """A centre's log of one number: (fate, part, parts) in order; `sent`: what the receipts of all parts taken say."""
    lines: list[dict[str, Any]] = []
    for turn, (fate, part, parts) in enumerate(submits):
        taken = str(turn) if fate in "AX" else ""
        status = {"T": 0x58, "P": 0x0B}.get(fate, 0)
        line = {
            "kind": "submit",
            "fate": "R" if status else fate,
            "status": status,
            "id": taken,
            "number": "331",
        }
        lines.append({**line, "reference": 7, "part": part, "parts": parts, "text": str(part)})
        if sent and taken:
            lines += [{"kind": "receipt", "id": taken, "state": sent}]
            lines += [{"kind": "confirmed", "id": taken, "status": 0}] * confirmed
    return proof.Received.read(lines)


@pytest.mark.parametrize(
    ("fates", "well"), [("TTA", True), ("AA", False), ("XA", False), ("LA", False), ("PA", False), ("TX", True)]
)  # fmt: skip
def test_nobody_twice(fates: str, well: bool) -> None:
    assert (not proof.nobody_twice(received(*((fate, 1, 1) for fate in fates)))) is well


@pytest.mark.parametrize(
    ("state", "fates", "sent", "well"),
    [
        ("accepted", "AA", "", True), ("accepted", "A", "", False), ("accepted", "AX", "", False),
        ("accepted", "AA", "DELIVRD", False), ("delivered", "AA", "DELIVRD", True), ("delivered", "AX", "DELIVRD", True),
        ("delivered", "A", "DELIVRD", False), ("delivered", "AA", "", False), ("bounced", "AP", "", True),
        ("bounced", "AA", "", False), ("bounced", "AA", "UNDELIV", True), ("in_doubt", "AL", "", True),
        ("skipped", "A", "", False), ("waiting", "TT", "", True),
    ],
)  # fmt: skip
def test_truth(state: str, fates: str, sent: str, well: bool) -> None:
    """Of a message of two parts."""
    log = received(*((fate, part, 2) for part, fate in enumerate(fates, 1)), sent=sent)
    assert (not proof.truth({"+331": state}, log)) is well
    assert proof.truth({}, log), "who is not in the ledger got something"


def test_everybody_is_there_and_settled() -> None:
    assert proof.settled({"+331": "delivered"}, 2) == ["1 recipients of 2"]
    assert proof.settled({"+331": "deferred"}, 1) == ["1 are deferred"]
