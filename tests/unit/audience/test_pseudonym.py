"""Addresses are found whole where they stand, and nothing that only looks alike; pseudonyms are no contact's."""

import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.audience import pseudonym
from penstock.personal.finding import pattern
from penstock.personal.many import read
from tests.examples import examples

LOCAL = st.text(string.ascii_lowercase + string.digits + "._+-'{}*$^|", min_size=1, max_size=12)


@pytest.mark.parametrize(
    "text",
    [
        "<ann@x.example>: unknown",
        "ANN@X.EXAMPLE.",
        "to=ann%40x.example&",
        "bounce+ann=x.example",
        "(ann@x.example)",
        "ann@x.example,b@y",
    ],
)
def test_an_address_is_found_however_it_is_written(text: str) -> None:
    assert re.search(pattern(["ann@x.example"]), text, re.IGNORECASE)


@pytest.mark.parametrize(
    "text",
    [
        "ann+a@x.example",
        "rfc822;ann+2Ba@x.example",
        "?e=ann%2Ba%40x.example&",
        "?utf-8?q?ann+a=40x.example?=",
    ],
)
def test_a_plus_is_found_however_it_is_written(text: str) -> None:
    assert re.search(pattern(["ann+a@x.example"]), text, re.IGNORECASE)


@pytest.mark.parametrize(
    "text",
    ["joann@x.example", "ann@x.example.org", "ann@x.example-a", "j.ann@x.example", "ann@y.example", "ann"],
)
def test_what_only_looks_alike_is_not(text: str) -> None:
    assert not re.search(pattern(["ann@x.example"]), text, re.IGNORECASE)


@settings(max_examples=examples(100))
@given(LOCAL, st.text(max_size=20))
def test_any_local_part_is_taken_as_it_is(local: str, around: str) -> None:
    address = f"{local}@x.example"
    assert re.search(pattern([address]), f"{around} <{address}> {around}")
    assert address not in re.sub(pattern([address]), "", f" {address} ")


def test_addresses_are_read_from_whatever_they_stand_in() -> None:
    assert read('email;name\n"a@x.example";A\n B <b@x.example>, c@x.example\n\na@x.example') == [
        "a@x.example", "b@x.example", "c@x.example",
    ]  # fmt: skip


def test_what_stands_for_a_number_is_no_contacts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pseudonym, "_key", lambda: b"k" * 32)
    made = pseudonym.of(1, "a@x.example")
    assert re.fullmatch("erased:[0-9a-f]{32}", made)
    assert -(2**62) <= pseudonym.number(made) < 0
    assert pseudonym.normal_of(made) == made
    assert pseudonym.normal_of("A@X.example") == "a@x.example"
