"""The short way of a simple line says what `csv` and `address.parse` say."""

import csv
import io
import json
import re
from typing import Literal
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from penstock.audience import records, simple
from penstock.audience.address import Address, AddressError, parse
from penstock.audience.columns import understand
from penstock.audience.records import Records

_CHARS = st.sampled_from("abcXYZ019.-_+@'!éß用\u200d \"\\,;\t\0\x1f\x7f\u2028")
_LOCAL = st.text(st.sampled_from("abzAZ09._+-"), min_size=1, max_size=70)
_HOST = st.lists(st.text(st.sampled_from("abzAZ09-"), min_size=1, max_size=65), min_size=1, max_size=6)
ADDRESSES = st.one_of(
    st.builds(lambda local, host: f"{local}@{'.'.join(host)}", _LOCAL, _HOST),
    st.builds(
        lambda local, host: f"{local}@{host}.example",
        st.text(_CHARS, max_size=12),
        st.text(_CHARS, max_size=12),
    ),
    st.emails(),
)
VALUES = st.text(st.one_of(_CHARS, st.characters(codec="utf-8")), max_size=12)


@given(ADDRESSES)
def test_the_common_shape_is_accepted_by_the_rule(text: str) -> None:
    if records.COMMON.fullmatch(text.encode()):
        assert parse(text) == Address(text, text.lower())


@given(ADDRESSES)
def test_what_is_accepted_is_safe_in_a_header_and_an_envelope(text: str) -> None:
    try:
        address = parse(text)
    except AddressError:
        return
    for form in address:
        assert not set(form) & set(' \t\r\n\0<>()[]",:;\\')
        assert len(form.encode()) <= 254
        assert form.count("@") == 1
    assert parse(address.normal).normal == address.normal
    assert address.domain.isascii()


NEVER = re.compile(rb"(?!)")


def _rows(block: bytes, short: bool, delimiter: str = ",") -> tuple[list[object], list[object]]:
    refused: list[object] = []
    reader = Records(understand(["a", "email", "b"]), delimiter, 1, 0, 1, lambda *each: refused.append(each))
    if short:
        text = b"".join(reader.copy(iter([block])))
    else:
        with patch.object(records, "COMMON", NEVER), patch.object(simple, "_COMMON_LINES", NEVER):
            text = b"".join(reader.copy(iter([block])))
    cells = [line.split("\t") for line in text.decode().split("\n")[:-1]]
    rows = [(*cell[:4], json.loads(cell[4].replace("\\\\", "\\"))) for cell in cells]
    assert reader.rows == len(rows) + reader.rejected
    return [*rows, reader.line], refused


@given(
    st.lists(st.tuples(VALUES, ADDRESSES, VALUES), max_size=6),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(",;\t"),
    st.sampled_from([1, 40]),
)
def test_both_ways_give_the_same_rows(
    table: list[tuple[str, str, str]], quoting: int, delimiter: str, most: int
) -> None:
    file = io.StringIO()
    csv.writer(file, quoting=quoting, lineterminator="\n", delimiter=delimiter).writerows(table)  # type: ignore[arg-type]
    block = file.getvalue().replace("\r", "").encode()
    with patch.object(records, "_DIVIDED", most):
        assert _rows(block, short=True, delimiter=delimiter) == _rows(block, short=False, delimiter=delimiter)


_PLAIN = st.text(st.sampled_from("abé, ;\n"), max_size=3)


@given(st.lists(st.tuples(_PLAIN, st.just("a.b@x.example"), _PLAIN), min_size=1, max_size=4), st.booleans())
def test_quoted_lines_at_once(table: list[tuple[str, str, str]], returns: bool) -> None:
    file = io.StringIO()
    end = "\r\n" if returns else "\n"
    csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator=end).writerows(table)
    block = file.getvalue().encode()
    assert _rows(block, short=True) == _rows(block, short=False)


@given(st.text(st.sampled_from('"a\n,'), max_size=12), st.text(st.sampled_from('"a\n,'), max_size=12))
def test_quotes_in_odd_places(before: str, after: str) -> None:
    block = f'"x","a@x.example","y"\n{before}a@x.example{after}\n'.encode()
    assert _rows(block, short=True) == _rows(block, short=False)


@given(st.text(st.sampled_from('a@x.example,"\\\n\t é'), max_size=80))
def test_both_ways_refuse_the_same_of_any_text(text: str) -> None:
    block = (text + "\n").encode()
    assert _rows(block, short=True) == _rows(block, short=False)


PHONES = st.sampled_from(
    ["", " ", "+33612345678", "06 12 34 56 78", "0171 1234567", "+33123456789", "x", "+336", "é"]
)


@given(
    st.lists(
        st.tuples(st.sampled_from(["a@x.example", "", "B@x.example", "bad"]), PHONES, VALUES), max_size=8
    ),
    st.sampled_from([("email", "phone", "b"), ("b", "phone", "c")]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_both_ways_read_the_same_numbers(
    lines: list[tuple[str, str, str]], names: tuple[str, ...], quoting: Literal[0, 1]
) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", quoting=quoting).writerows(lines)
    block = out.getvalue().replace("\r", " ").encode()

    def read() -> tuple[bytes, list[object], int, int]:
        told: list[object] = []
        reader = Records(
            understand(names),
            ",",
            1,
            0,
            1,
            lambda *each: told.append(each),
            lambda *each: told.append(each),
            "FR",
        )
        text = b"".join(reader.copy(iter([block])))
        rows = [line.split(b"\t") for line in text.split(b"\n")[:-1]]
        cells = [[*row[:4], json.loads(row[4].replace(b"\\\\", b"\\")), *row[5:]] for row in rows]
        return json.dumps(cells, default=bytes.decode).encode(), told, reader.rejected, reader.numbers.refused

    quick = read()
    with patch.object(records, "COMMON", NEVER), patch.object(simple.Simple, "rows", lambda *_: None):
        assert read() == quick
