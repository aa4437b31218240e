"""submit_sm as centres want it, and what comes in put together again."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from penstock.delivery.outcome import blames_sender
from penstock.feedback.returned.classes import Class, judge
from penstock.transport import caught
from penstock.transport.envelope import Peer
from penstock.transport.short import Answer, Encoded, Inbound, ShortEnvelope
from penstock.transport.smpp import commands, dialogue, statuses
from penstock.transport.smpp.catcher import Catcher
from penstock.transport.smpp.centre import Centre
from penstock.transport.smpp.header import split
from penstock.transport.smpp.incoming import HOLD, OPEN_LIMIT, PATIENCE, Ears, number_of
from penstock.transport.smpp.pdu import Pdu, delivery, pdu
from penstock.transport.smpp.timeouts import Timeouts
from penstock.transport.smpp.writing import Unsendable, bodies

ONE = Encoded("Hi", "gsm7", 0, 0, (b"Hi",), 2)
LONG = Encoded("ab" * 100, "gsm7", 0, 0, (b"ab" * 76, b"ab" * 24), 200)


def submits(options: str = "", encoded: Encoded = ONE, sender: str = "Acme", **more: float):
    centre = Centre.from_url(f"smpp://me:secret@127.0.0.1?{options}")
    envelope = ShortEnvelope(1, sender, "+33612345678", encoded, 0x1234, **more)
    return [delivery(Pdu(commands.SUBMIT_SM, 0, 1, body)) for body in bodies(centre, envelope)]


def test_one_part() -> None:
    [found] = submits()
    assert (found.source_ton, found.source, found.destination_ton, found.destination) == (
        5,
        "Acme",
        1,
        "33612345678",
    )
    assert (found.esm_class, found.coding, found.text, found.registered, found.options) == (
        0,
        0,
        b"Hi",
        1,
        {},
    )


@pytest.mark.parametrize(
    ("sender", "ton", "address"), [("Acme", 5, "Acme"), ("36180", 3, "36180"), ("+33700000000", 1, "33700000000"), ("3 Suisses", 5, "3 Suisses")]
)  # fmt: skip
def test_senders(sender: str, ton: int, address: str) -> None:
    [found] = submits(sender=sender)
    assert (found.source_ton, found.source) == (ton, address)
    [found] = submits("source_ton=0", sender=sender)
    assert found.source_ton == 0


def test_parts_with_headers() -> None:
    found = submits(encoded=LONG)
    assert [each.text[:6] for each in found] == [b"\5\0\3\x34\2\1", b"\5\0\3\x34\2\2"]
    assert [each.esm_class for each in found] == [0x40, 0x40]
    [first, _] = submits(encoded=replace(LONG, wide=True))
    assert first.text[:7] == b"\6\x08\4\x12\x34\2\1"


def test_national_tables_are_named_in_the_header() -> None:
    [found] = submits(encoded=replace(ONE, locking=1, shift=2))
    assert found.text == b"\6\x24\1\2\x25\1\1Hi"
    assert split(found.text)[0].locking == 1


def test_parts_as_parameters_or_as_one() -> None:
    found = submits("long=sar", encoded=LONG)
    assert [each.text for each in found] == list(LONG.parts)
    assert [each.options[commands.SAR_SEGMENT_SEQNUM] for each in found] == [b"\1", b"\2"]
    [found] = submits("long=payload", encoded=LONG)
    assert found.text == b"ab" * 100
    assert found.options == {commands.MESSAGE_PAYLOAD: b"ab" * 100}
    assert found.esm_class == 0


def test_the_centres_alphabet() -> None:
    encoded = Encoded("é@", "gsm7", 0, 0, (b"\x05\x00",), 2)
    [found] = submits("charset=latin1", encoded=encoded)
    assert (found.coding, found.text) == (3, b"\xe9@")
    with pytest.raises(Unsendable, match="has no “€”"):
        submits("charset=latin1", encoded=Encoded("€", "gsm7", 0, 0, (b"\x1b\x65",), 2))
    [found] = submits(encoded=Encoded("я", "ucs2", 0, 0, ("я".encode("utf-16-be"),), 1))
    assert (found.coding, found.text) == (8, b"\x04\x4f")


@pytest.mark.parametrize(
    ("validity", "seconds", "written"),
    [
        ("relative", 172_800.0, b"000002000000000R\0"),
        ("relative", 1.0, b"000000000100000R\0"),
        ("none", 60.0, b"\0"),
    ],
)
def test_validity(validity: str, seconds: float, written: bytes) -> None:
    centre = Centre.from_url(f"smpp://me:secret@127.0.0.1?validity={validity}")
    [body] = bodies(centre, ShortEnvelope(1, "Acme", "+33612345678", ONE, validity=seconds))
    assert body[body.index(b"5678\0") + 5 :].startswith(b"\0\0\0\0" + written)


class Heard:
    """What comes of the parts of messages; `found` are the messages with their answers, `answered` what the centre is told."""

    def __init__(self) -> None:
        self.found: list[tuple[Inbound, Answer]] = []
        self.answered: list[bool] = []
        centre = Centre.from_url("smpp://me:secret@127.0.0.1")
        self.ears = Ears(centre, lambda item, answer: self.found.append((item, answer)))

    def hear(self, *texts: bytes, at: float = 0.0, coding: int = 0) -> None:
        for text in texts:
            body = (
                b"\0\1\x0133612345678\0\0\x0036180\0"
                + bytes((0x40, 0, 0, 0, 0, 0, 0, coding, 0, len(text)))
                + text
            )
            self.ears.hear(Pdu(commands.DELIVER_SM, 0, 1, body), self.answered.append, at)

    @property
    def texts(self) -> list[str]:
        return [item.text for item, _ in self.found]


def test_parts_are_put_together_in_their_order_and_answered_when_the_whole_is_kept() -> None:
    heard = Heard()
    heard.hear(b"\5\0\3\7\3\3!", b"\5\0\3\7\3\1ST", b"\5\0\3\7\3\2OP")
    [(item, answer)] = heard.found
    assert item == Inbound("+33612345678", "36180", "STOP!")
    assert heard.answered == []
    answer(True)
    assert heard.answered == [True, True, True]


def test_what_could_not_be_kept_comes_again_whole() -> None:
    heard = Heard()
    parts = (b"\5\0\3\7\2\1ST", b"\5\0\3\7\2\2OP")
    heard.hear(*parts)
    heard.found.pop()[1](False)
    assert heard.answered == [False, False]
    heard.hear(*parts)
    assert heard.texts == ["STOP"]
    heard.ears.sweep(PATIENCE * 2)
    assert heard.texts == ["STOP"], "nothing is left of it"


def test_a_centre_that_waits_for_each_answer_gets_it() -> None:
    heard = Heard()
    heard.hear(b"\5\0\3\7\2\1ST")
    heard.ears.sweep(HOLD + 0.1)
    assert heard.answered == [True]
    heard.hear(b"\5\0\3\7\2\2OP", at=3.0)
    heard.found.pop()[1](False)  # it could not be kept: that part comes again, the first one does not
    assert heard.answered == [True, False]
    heard.hear(b"\5\0\3\7\2\2OP", at=4.0)
    assert heard.texts == ["STOP"]


def test_parts_that_never_come_are_not_waited_for_forever() -> None:
    heard = Heard()
    heard.hear(b"\5\0\3\7\3\1ST")
    heard.ears.sweep(PATIENCE - 1)
    assert heard.found == []
    heard.ears.sweep(PATIENCE + 1)
    assert heard.texts == ["ST"]
    heard.hear(*(b"\6\x08\4" + number.to_bytes(2, "big") + b"\2\1x" for number in range(OPEN_LIMIT + 5)))
    assert len(heard.found) == 1 + 5
    heard.ears.sweep(HOLD / 2)
    heard.ears.close()
    assert len(heard.found) == 1 + 5, "the centre sends again what has no answer"
    assert heard.answered[-OPEN_LIMIT:] == [False] * OPEN_LIMIT


def test_what_was_answered_is_handed_on_when_the_sender_ends() -> None:
    heard = Heard()
    heard.hear(b"\5\0\3\7\3\1ST")
    heard.ears.sweep(HOLD + 0.1)
    heard.ears.close()
    assert heard.texts == ["ST"]


def test_a_character_may_be_cut_between_two_parts() -> None:
    heard, octets = Heard(), "Stop 🛑".encode("utf-16-be")
    heard.hear(b"\5\0\3\7\2\1" + octets[:-2], b"\5\0\3\7\2\2" + octets[-2:], coding=8)
    assert heard.texts == ["Stop 🛑"]


@pytest.mark.parametrize(
    ("written", "ton", "number"),
    [("33612345678", 1, "+33612345678"), ("0033612345678", 0, "+33612345678"), ("33612345678", 0, "+33612345678"),
     ("0612345678", 0, "0612345678"), ("0612345678", 2, "0612345678"), ("36180", 0, "36180"), ("+336", 0, "+336"), ("Acme", 5, "Acme")],
)  # fmt: skip
def test_numbers_of_senders(written: str, ton: int, number: str) -> None:
    assert number_of(written, ton) == number


def test_more_than_can_be_kept_is_refused_for_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogue, "HEARD_LIMIT", 2)
    centre, kept = Centre.from_url("smpp://me:secret@127.0.0.1"), []
    bind = dialogue.Dialogue(
        centre, centre.binding, Peer("centre"), Timeouts(), 0.0, lambda: None, hear=lambda received, answer: kept.append(answer)
    )  # fmt: skip
    bind.receive(pdu(commands.BIND_TRANSCEIVER | commands.RESPONSE, 1), 0.0)
    bind.outgoing.clear()
    for number in range(3):
        bind.receive(pdu(commands.DELIVER_SM, number), 0.0)
    assert len(kept) == 2
    assert bind.outgoing == [pdu(commands.DELIVER_SM | commands.RESPONSE, 2, b"\0", statuses.ESME_RX_T_APPN)]
    kept[0](True)
    kept[0](False)  # once is enough
    assert bind.outgoing[1:] == [pdu(commands.DELIVER_SM | commands.RESPONSE, 0, b"\0")]


def test_every_status_of_the_standard_has_a_kind() -> None:
    """SMPP 3.4 §5.1.3."""
    listed = [*range(0x09), 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F, 0x11, 0x13, 0x14, 0x15, 0x33, 0x34, 0x40, 0x42, 0x43, 0x44, 0x45, 0x48,
              0x49, 0x50, 0x51, 0x53, 0x54, 0x55, 0x58, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0xFE, 0xFF]  # fmt: skip
    assert sorted(statuses.STATUSES) == listed
    replies = [statuses.reply(status, "submit_sm", "centre") for status in [*listed, 0x400, 0xFFFFFFFF]]
    assert [reply.positive for reply in replies] == [True] + [False] * (len(replies) - 1)
    assert blames_sender(statuses.reply(0x0A, "submit_sm", "centre"))
    assert judge(*statuses.reply(0x0B, "submit_sm", "centre")[:4]) is Class.HARD
    assert statuses.reply(0x401, "submit_sm", "centre").temporary


def test_what_a_catching_centre_keeps_is_mail(tmp_path: Path) -> None:
    async def catch() -> None:
        kept = Catcher(maildir=tmp_path / "caught", receipts_after=None)
        centre = Centre.from_url("smpp://me:secret@127.0.0.1")
        for body in bodies(centre, ShortEnvelope(1, "Acme", "+33612345678", LONG)):
            kept.catch(Pdu(commands.SUBMIT_SM, 0, 1, body))

    asyncio.run(catch())
    [heading] = caught.newest(tmp_path / "caught", limit=5)
    assert (heading.sender, heading.to) == ("Acme", "+33612345678")
    source = caught.read(tmp_path / "caught", heading.key)
    assert source is not None
    assert "".join((caught.body(caught.parsed(source), "plain") or "").split()) == LONG.text
