"""The proofs of the torture notice what they are there for: each planted fault is found, and a clean run passes."""

import pytest

from bench import sample
from bench.arrivals import Line
from tests.torture import proof

COUNT = 4


def received(*kinds: str) -> proof.Received:
    """A log in which recipient n got messages of these kinds, one letter each."""
    lines = [
        Line(kind, 0.0, 1, sample.address(n), str(n)) for n, all_ in enumerate(kinds, 1) for kind in all_
    ]
    return proof.Received.read([*lines, Line("C", 0.0, 1, "-", "peer")])


def ledger(*states: str) -> list[tuple[str, str]]:
    return [(sample.address(n), state) for n, state in enumerate(states, 1)]


CLEAN = received("A", "X", "TTA", "P"), ledger("accepted", "in_doubt", "accepted", "bounced")


def test_a_clean_run_passes() -> None:
    log, rows = CLEAN
    assert not proof.nobody_twice(log)
    assert not proof.one_state_each(rows, COUNT)
    assert not proof.truth(rows, log)
    assert log.lost_connections == 1


@pytest.mark.parametrize("kinds", ["AA", "XA", "AX", "PA", "TAT"])
def test_a_second_copy_is_noticed(kinds: str) -> None:
    assert len(proof.nobody_twice(received("A", kinds, "A", "A"))) == 1


def test_a_message_for_somebody_else_is_noticed() -> None:
    log = proof.Received.read([Line("A", 0.0, 1, sample.address(1), "2")])
    assert proof.nobody_twice(log)


@pytest.mark.parametrize(
    "rows",
    [
        ledger("accepted", "accepted", "accepted"),
        ledger("accepted", "accepted", "accepted", "accepted", "accepted"),
        [*ledger("accepted", "accepted", "accepted", "accepted"), (sample.address(1), "bounced")],
        ledger("accepted", "accepted", "accepted", "waiting"),
        ledger("accepted", "accepted", "accepted", "in_flight"),
        ledger("accepted", "accepted", "accepted", "deferred"),
    ],
)
def test_a_missing_a_strange_a_double_and_an_unsettled_recipient_are_noticed(
    rows: list[tuple[str, str]],
) -> None:
    assert len(proof.one_state_each(rows, COUNT)) == 1


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        ("", "accepted"),
        ("T", "accepted"),
        ("X", "accepted"),
        ("A", "bounced"),
        ("X", "bounced"),
        ("A", "skipped"),
    ],
)
def test_a_ledger_that_says_something_else_than_the_sink_is_noticed(kinds: str, state: str) -> None:
    assert proof.truth(ledger(state), received(kinds))


@pytest.mark.parametrize(
    ("kinds", "state"), [("", "in_doubt"), ("T", "in_doubt"), ("P", "in_doubt"), ("", "bounced")]
)
def test_a_doubt_about_what_the_sink_refused_is_allowed(kinds: str, state: str) -> None:
    assert not proof.truth(ledger(state), received(kinds))
