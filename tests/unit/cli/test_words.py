"""What the command line makes of figures, errors and options."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest

from penstock.cli import watching
from penstock.cli.asked import _plain, read_rate
from penstock.cli.endings import _KNOWN, Exit, Failure, explained, wrong
from penstock.cli.screen import duration, moment, number, table
from penstock.cli.watching import _phase
from penstock.mailing.control import Refused
from penstock.mailing.guards import Refusal
from penstock.mailing.lifecycle import Refused as Why
from penstock.mailing.mailings import Mailing
from penstock.mailing.states import State
from penstock.platform.trouble import Trouble
from penstock.report.progress import Progress

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def mailing(state: str, **more: Any) -> Mailing:
    """One that only its state matters of."""
    empty = {each.name: None for each in fields(Mailing)}
    return Mailing(
        **{**empty, "id": 7, "name": "News", "state": state, "channel": "email", "audience": {}, **more}
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (42.4, "42 s"), (200, "3 min 20 s"), (7500, "2 h 05 min")],
)
def test_durations_are_human(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_numbers_are_grouped_and_small_rates_keep_a_decimal() -> None:
    assert [number(1234567), number(47310.4), number(2.5), number(0)] == ["1,234,567", "47,310", "2.5", "0"]


def test_a_time_shows_its_zone() -> None:
    assert moment(None) == "–"
    assert len(moment(datetime(2026, 3, 1, 12, tzinfo=UTC)).split()) == 3


def test_tables_are_aligned() -> None:
    assert table(("id", "name"), [(1, "a"), (22, "bb")], right="id") == "id  name\n 1  a\n22  bb"


def test_a_subject_without_its_liquid_is_a_name() -> None:
    assert _plain("Hi {{ first_name }}, {% if x %}news{% endif %}") == "Hi, news"
    assert _plain("{{ subject }}") == "{{ subject }}"


@pytest.mark.parametrize("given", ["", "0", "fast", "-3", "1e3"])
def test_a_rate_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(Failure):
        read_rate(given)


def test_every_error_has_words_and_a_status() -> None:
    refused = Refused("pause", State.SENT, Why("wrong_state", (Refusal("wrong_state", "It is over."),), ()))
    told = [explained(error) for error in (
        refused, Trouble("The disk is full.", "Free some."), wrong("No.", "Yes."), FileNotFoundError(2, "gone", "x.csv"),
        ZeroDivisionError("division by zero"),
    )]  # fmt: skip
    assert told[0] == ("pause is refused.\n  It is over.\nAllowed now: nothing.", Exit.REFUSED)
    assert told[1] == ("The disk is full.\nFree some.", Exit.FAILED)
    assert told[2] == ("No.\nYes.", Exit.REFUSED)
    assert told[3] == ("x.csv: gone.", Exit.FAILED)
    assert "PENSTOCK_DEBUG" in told[4][0]


def test_the_deferred_are_tried_again_only_where_there_are_some() -> None:
    figures = Progress(2, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 2, 2, 0.0, None)
    assert _phase(mailing("finishing"), figures) == ""
    assert (
        _phase(mailing("finishing"), replace(figures, accepted=1, deferred=1)) == "trying the deferred again"
    )
    assert _phase(mailing("finishing"), replace(figures, awaiting=1)) == "awaiting receipts"
    assert _phase(mailing("in_review"), figures) == "in review"


def test_receipts_that_stay_away_are_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    figures = Progress(2, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 2, 2, 0.0, None, awaiting=2)
    now = 100.0
    monkeypatch.setattr(watching.time, "monotonic", lambda: now)
    receipts = watching.Receipts()
    seen = []
    for now, awaited in ((100.0, 2), (120.0, 2), (131.0, 2), (132.0, 1), (150.0, 1), (163.0, 1), (164.0, 0)):  # noqa: B007 (the clock)
        seen.append(receipts.rare(awaited))
    assert seen == [False, False, True, False, False, True, False]
    assert [watching._over(mailing("finishing"), figures, wait, rare=True) for wait in (False, True)] == [
        True,
        False,
    ]


def test_every_ending_names_an_error_where_it_is_made() -> None:
    """They are looked up by name, so that nothing is imported for them: one that has moved would be no ending any more."""
    for name in _KNOWN:
        module, _, called = name.rpartition(".")
        error = getattr(import_module(module), called)
        assert f"{error.__module__}.{error.__qualname__}" == name, name
