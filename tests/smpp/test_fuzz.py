"""Whatever a centre sends: nothing but Malformed comes out of a parser, and what a bind had in hand has one fate each."""

from collections import Counter
from contextlib import suppress
from itertools import pairwise

import hypothesis.strategies as st
from hypothesis import example, given

from penstock.transport.envelope import Peer
from penstock.transport.short import Inbound, Receipt
from penstock.transport.smpp import commands
from penstock.transport.smpp.carrier import Carrier
from penstock.transport.smpp.centre import Centre
from penstock.transport.smpp.dialogue import Dialogue
from penstock.transport.smpp.header import split
from penstock.transport.smpp.incoming import Ears, decoded
from penstock.transport.smpp.pdu import Cutter, Malformed, Pdu, delivery, options, pdu
from penstock.transport.smpp.receipt import date, fields, is_receipt, receipt
from penstock.transport.smpp.timeouts import Timeouts
from tests.smpp.script import Recording

CENTRE = Centre.from_url("smpp://me:secret@127.0.0.1?window=3&id=hex-decimal&zone=Europe/Paris")
octets = st.binary(max_size=300)
commands_seen = st.sampled_from(
    [*commands.NAMES, *(n | commands.RESPONSE for n in commands.NAMES), commands.GENERIC_NACK, 0x3FF]
)
pdus = st.builds(Pdu, commands_seen, st.integers(0, 0x500), st.integers(0, 6), octets)


@given(st.lists(pdus, max_size=6), st.lists(st.integers(0, 2_000), max_size=8))
def test_pdus_come_out_as_they_went_in_however_the_stream_is_cut(sent: list[Pdu], cuts: list[int]) -> None:
    stream = b"".join(pdu(each.command, each.sequence, each.body, each.status) for each in sent)
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    cutter, found = Cutter(), []
    for start, end in pairwise(places):
        found += cutter.feed(stream[start:end])
    assert found == sent


@given(octets)
def test_a_stream_of_anything_is_pdus_or_malformed(data: bytes) -> None:
    with suppress(Malformed):
        list(Cutter().feed(data))


@given(st.sampled_from([commands.DELIVER_SM, commands.DATA_SM]), octets, st.integers(0, 300))
def test_the_fields_of_anything_can_be_read(command: int, body: bytes, at: int) -> None:
    found = delivery(Pdu(command, 0, 1, body))
    assert len(found.text) <= len(body)
    assert all(len(value) <= len(body) for value in options(body, at).values())


@given(octets)
@example(b"\x05\x00\x03\x01\x02\x03rest")
@example(b"\x06\x08\x04\x01\x02\x02\x01rest")
def test_a_header_is_one_or_all_is_text(data: bytes) -> None:
    header, text = split(data)
    assert 1 <= header.part <= header.parts <= 255
    assert data.endswith(text)


@given(octets, st.integers(0, 255), st.sampled_from(["gsm", "latin1", "utf-8"]))
def test_text_in_every_coding_can_be_read(data: bytes, coding: int, default: str) -> None:
    assert "\0" not in decoded(data, coding, default)


receipt_like = st.lists(
    st.sampled_from(
        [
            "id:",
            "ID=",
            "stat:",
            "err:",
            "text:",
            "done date:",
            "sub:",
            " ",
            ",",
            "DELIVRD",
            "0x4F",
            "4" * 300,
            "é\x00\n",
        ]
    )
    | st.text(max_size=6)
).map("".join)


@given(
    receipt_like,
    st.integers(0, 255),
    st.dictionaries(st.sampled_from([0x1E, 0x423, 0x427]), st.binary(max_size=8)),
)
def test_a_receipt_of_anything_is_a_receipt_or_none(
    text: str, esm_class: int, tlvs: dict[int, bytes]
) -> None:
    found = delivery(Pdu(commands.DELIVER_SM, 0, 1, b""))
    found = type(found)("336\0'", 1, "Acme", 5, esm_class, 0, text.encode(), 1, tlvs)
    is_receipt(found)
    told = receipt(found, text, CENTRE, CENTRE.clock)
    if told is not None:
        assert told.id
        assert len(told.id) <= 255
        assert told.state in ("delivered", "failed", "underway", "unknown")
        assert "\n" not in told.id + told.error + told.text + told.number
    assert all(value in text for value in fields(text).values())


@given(st.text(max_size=20))
def test_a_date_is_one_or_none(written: str) -> None:
    date(written, CENTRE.clock)


@given(st.lists(pdus, max_size=12), st.booleans())
def test_each_message_has_one_fate_whatever_the_centre_says(said: list[Pdu], lost: bool) -> None:
    """Every message that was taken ends as replied, unanswered or unsent, once, or is still on the wire."""
    source = Recording(["a", "b/3", "c", "d/2", "e"])
    carrier = Carrier(CENTRE, source, 1, lambda seconds, call: None, lambda: None)
    ears = Ears(CENTRE, lambda item, answer: answer(isinstance(item, Inbound | Receipt)))
    bind = Dialogue(
        CENTRE, CENTRE.binding, Peer("centre"), Timeouts(), 0.0, lambda: None,
        carrier=carrier, hear=lambda received, answer: ears.hear(received, answer, 0.0),
    )  # fmt: skip
    bind.receive(pdu(commands.BIND_TRANSCEIVER | commands.RESPONSE, 1), 0.0)
    for each in said:
        bind.receive(pdu(each.command, each.sequence, each.body, each.status), 0.0)
    if lost:
        bind.lost("lost")
        carrier.give_up("the sender ended")
    fates = Counter(
        line.split()[1] for line in source.heard if line.startswith(("replied", "unanswered", "unsent"))
    )
    live = {carriage.envelope.key for carriage in carrier.live}
    waiting = {envelope.key for envelope in source.waiting}
    assert all(count == 1 for count in fates.values())
    assert fates.keys() | live | waiting == set("abcde")
    assert not fates.keys() & (live | waiting)
    assert not (lost and live)
