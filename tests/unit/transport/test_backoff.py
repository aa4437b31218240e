"""Rests between attempts: growing, bounded, with jitter; and addresses in the order of RFC 8305."""

import random
import socket

from penstock.transport.backoff import FIRST, LONGEST, PERMANENT, Backoff
from penstock.transport.smtp.connect import interleave


def test_rests_grow_up_to_a_limit() -> None:
    backoff, now, rests = Backoff(random.Random(1)), 100.0, []
    for _ in range(12):
        backoff.failed(now)
        rests.append(backoff.until - now)
        now = backoff.until
    assert FIRST / 2 <= rests[0] <= FIRST
    assert all(LONGEST / 2 <= rest <= LONGEST for rest in rests[-3:])
    assert sum(rests[:3]) < sum(rests[3:6]) < sum(rests[6:9])


def test_attempts_that_fail_together_count_once() -> None:
    backoff = Backoff()
    for _ in range(10):
        backoff.failed(100.0)
    assert backoff.failures == 1
    assert backoff.until <= 100 + FIRST


def test_permanent_trouble_rests_long_and_a_new_start_does_not() -> None:
    backoff = Backoff()
    backoff.failed(100.0, permanent=True)
    assert backoff.until == 100 + PERMANENT
    backoff.reset()
    assert backoff.until == 0


def test_families_take_turns() -> None:
    six = [(socket.AF_INET6, 1, 6, n) for n in "ab"]
    four = [(socket.AF_INET, 1, 6, n) for n in "cde"]
    assert "".join(str(address[3]) for address in interleave([*six, *four])) == "acbde"
    assert interleave([]) == []
