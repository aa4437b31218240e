"""What one line of a person's story says."""

from datetime import UTC, datetime
from typing import Any

import pytest

from penstock.cli.dossier import _words
from penstock.personal.story import NEWEST, Entry


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        (
            "mailed",
            {"state": "bounced", "code": 550, "text": "no such user"},
            "News: bounced (550 no such user)",
        ),
        (
            "ordered",
            {"amount": "5.00", "currency": "EUR", "cancelled_at": "2026-01-01"},
            "5.00 EUR (cancelled)",
        ),
        ("bounced", {"class": "hard", "origin": "dsn", "suppressed": True}, "hard dsn suppressed"),
        ("bounced", {"class": "soft", "origin": "dsn", "suppressed": False}, "soft dsn"),
        ("left", {"list": 3, "data": {"door": "page"}}, "3"),
    ],
)
def test_it_is_made_of_words(kind: str, data: dict[str, Any], words: str) -> None:
    entry = Entry(datetime(2026, 1, 1, tzinfo=UTC), kind, 7, "News", 1, data, NEWEST)
    assert _words(entry) == words
