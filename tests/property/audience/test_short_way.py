"""The short way of a simple line says what `csv` and `address.parse` say."""

import csv
import io
import json
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from penstock.audience import records
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
    if records._COMMON.fullmatch(text.encode()):
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


def _rows(block: bytes, short: bool) -> tuple[list[object], list[object]]:
    refused: list[object] = []
    reader = Records(understand(["a", "email", "b"]), ",", 1, 0, 1, lambda *each: refused.append(each))
    never = patch.object(records, "_COMMON", records.re.compile(rb"(?!)"))
    if short:
        text = b"".join(reader.copy(iter([block])))
    else:
        with never:
            text = b"".join(reader.copy(iter([block])))
    cells = [line.split("\t") for line in text.decode().split("\n")[:-1]]
    return [(*cell[:4], json.loads(cell[4].replace("\\\\", "\\"))) for cell in cells], refused


@given(
    st.lists(st.tuples(VALUES, ADDRESSES, VALUES), max_size=6),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_both_ways_give_the_same_rows(table: list[tuple[str, str, str]], quoting: int) -> None:
    file = io.StringIO()
    csv.writer(file, quoting=quoting, lineterminator="\n").writerows(table)  # type: ignore[arg-type]
    block = file.getvalue().replace("\r", "").encode()
    assert _rows(block, short=True) == _rows(block, short=False)


@given(st.text(st.sampled_from('a@x.example,"\\\n\t é'), max_size=80))
def test_both_ways_refuse_the_same_of_any_text(text: str) -> None:
    block = (text + "\n").encode()
    assert _rows(block, short=True) == _rows(block, short=False)
