"""What limits say of meters and connections, and who makes room."""

from penstock.delivery.metering import NONE, Count, Meter, limits_of, slots
from penstock.delivery.yielding import yielding


def row(
    scope: str, key: str, rate: float | None = None, connections: int | None = None, domain: str | None = None
) -> dict[str, object]:
    return {"scope": scope, "key": key, "rate": rate, "connections": connections, "domain": domain}


def test_without_limits_there_is_nothing() -> None:
    assert limits_of(None) is limits_of([]) is NONE
    assert NONE.rate is None


def test_meters_and_connections_are_told_apart_and_domains_set_apart() -> None:
    found = limits_of([
        row("transport", "4", 20.0, 3),
        row("account", "2", 50.0),
        row("mailing", "7@50", 50.0, 2),
        row("domain", "9", 1.0, 5, "slow.example"),
        row("backoff", "1:slow.example", 0.5, None, "slow.example"),
        row("domain", "10", None, 2, "few.example"),
    ])  # fmt: skip
    assert found.meters == (
        Meter("account", "2", 50.0),
        Meter("mailing", "7@50", 50.0),
        Meter("transport", "4", 20.0),
    )
    assert found.counts == (Count("mailing", "7", 2), Count("transport", "4", 3))
    assert found.rate == 20.0
    assert found.domains["slow.example"].meters == (
        Meter("backoff", "1:slow.example", 0.5),
        Meter("domain", "9", 1.0),
    )
    assert found.domains["few.example"].counts == (Count("domain", "10", 2),)
    assert found.domains["few.example"].meters == ()


def test_a_grant_is_for_a_twentieth_of_a_second_and_for_one_at_least() -> None:
    assert slots([Meter("account", "1", 10_000.0)]) == 500
    assert slots([Meter("account", "1", 10_000.0), Meter("mailing", "1", 100.0)]) == 5
    assert slots([Meter("mailing", "1", 1 / 3600)]) == 1


def test_who_was_at_work_longest_makes_room_and_nobody_before_a_stint() -> None:
    since = {1: 0.0, 2: 5.0, 3: 19.0}
    assert yielding(since, 0, 20.0) == []
    assert yielding(since, 1, 20.0) == [1]
    assert yielding(since, 9, 20.0) == [1, 2]
