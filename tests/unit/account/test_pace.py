"""Rates as people write them."""

import pytest

from penstock.account.pace import PaceError, read, shortest


@pytest.mark.parametrize(
    ("text", "rate", "words"),
    [
        ("100/s", 100.0, "100/s"),
        (" 100 ", 100.0, "100/s"),
        ("5000/min", 5000 / 60, "5000/min"),
        ("5000/m", 5000 / 60, "5000/min"),
        ("1000 / h", 1000 / 3600, "1000/h"),
        ("0.5/S", 0.5, "0.5/s"),
        ("1/d", 1 / 86_400, "1/d"),
        ("1000000/s", 1_000_000.0, "1000000/s"),
    ],
)
def test_a_rate_is_read_and_written_in_its_unit(text: str, rate: float, words: str) -> None:
    pace = read(text)
    assert pace.rate == pytest.approx(rate)
    assert str(pace) == words
    assert read(str(pace)) == pace


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "0/s",
        "-1/s",
        "1e3/s",
        "1_0/s",
        "١/s",
        "10/w",
        "fast",
        "1,000/s",
        "2000000/s",
        "9" * 20,
        "1/s/s",
    ],
)
def test_what_is_none_is_refused_with_words(text: str) -> None:
    with pytest.raises(PaceError, match="is no rate; "):
        read(text)


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (100.0, "100/s"),
        (1000 / 3600, "1000/h"),
        (0.5, "30/min"),
        (1 / 60, "1/min"),
        (0.1, "6/min"),
        (12.3456789, "12.3456789/s"),
        (10_001.0, "10001/s"),
    ],
)
def test_a_number_is_said_as_short_as_it_can_be(rate: float, words: str) -> None:
    assert str(shortest(rate)) == words
