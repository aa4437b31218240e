"""Replies: what is read from raw lines, and what is kept out of them."""

import unicodedata

import hypothesis.strategies as st
import pytest
from hypothesis import given

from penstock.transport.reply import TEXT_LIMIT, parse, sanitise
from penstock.transport.smtp.lines import ReplyReader, Unintelligible


@pytest.mark.parametrize(
    ("raw", "code", "enhanced", "text"),
    [
        (b"250 2.0.0 Ok: queued as 4F1\r\n", 250, "2.0.0", "Ok: queued as 4F1"),
        (b"250 Ok\r\n", 250, "", "Ok"),
        (b"250\r\n", 250, "", ""),
        (
            b"550-5.1.1 The account\r\n550 5.1.1 does not exist\r\n",
            550,
            "5.1.1",
            "The account does not exist",
        ),
        (b"550-first\r\n550 5.2.2 full\r\n", 550, "5.2.2", "first full"),
        (b"550 2.0.0 contradicts\r\n", 550, "", "2.0.0 contradicts"),
        (b"550 5.1.1.7 is no status\r\n", 550, "", "5.1.1.7 is no status"),
        (b"451 4.7.500\r\n", 451, "4.7.500", ""),
        (b"554 a\x00b\x1b[31m\xff\x7f\r\n", 554, "", "a b [31m\ufffd"),
        ("554 Gr\u00fc\u00dfe \u202eevil\r\n".encode(), 554, "", "Gr\u00fc\u00dfe evil"),
    ],
)
def test_a_reply_is_read_so(raw: bytes, code: int, enhanced: str, text: str) -> None:
    reply = parse(raw, "dot", "peer")
    assert (reply.code, reply.enhanced, reply.text, reply.command, reply.peer) == (
        code,
        enhanced,
        text,
        "dot",
        "peer",
    )


def test_a_long_text_is_cut() -> None:
    assert len(parse(b"554 " + b"x" * 4000 + b"\r\n", "dot", "").text) == TEXT_LIMIT


@given(st.binary(max_size=300))
def test_no_text_has_control_characters(text: bytes) -> None:
    assert not [letter for letter in sanitise(text) if unicodedata.category(letter) in ("Cc", "Zl", "Zp")]


def test_kinds_of_replies() -> None:
    kinds = [
        (r.positive, r.temporary, r.permanent)
        for r in (parse(b"%d x\r\n" % c, "", "") for c in (250, 450, 550))
    ]
    assert kinds == [(True, False, False), (False, True, False), (False, False, True)]
    assert str(parse(b"550 5.1.1 No\r\n", "rcpt", "")) == "550 5.1.1 No"


@given(
    st.lists(st.sampled_from([b"250 Ok\r\n", b"250-a\r\n250 b\r\n", b"354 Go\n", b"550-\r\n550\r\n"])),
    st.data(),
)
def test_replies_are_cut_out_of_any_pieces(replies: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(replies)
    reader, read, at = ReplyReader(), [], 0
    while at < len(stream):
        size = data.draw(st.integers(1, 20))
        reader.feed(stream[at : at + size])
        at += size
        while (reply := reader.next()) is not None:
            read.append(reply)
    assert read == replies
    assert not reader.pending


@given(st.binary(max_size=200))
def test_anything_is_a_reply_or_unintelligible(data: bytes) -> None:
    reader = ReplyReader()
    reader.feed(data)
    try:
        while (reply := reader.next()) is not None:
            parse(reply, "dot", "")
    except Unintelligible:
        pass


@pytest.mark.parametrize(
    "garbage",
    [
        b"x" * 5000,
        b"250-" + b"x" * 4093 + b"\r\n",
        b"250-a\r\n" * 20000,
        b"25\r\n",
        b"650 x\r\n",
        b"250x\r\n",
    ],
)
def test_what_no_server_may_send(garbage: bytes) -> None:
    reader = ReplyReader()
    reader.feed(garbage)
    with pytest.raises(Unintelligible):
        _read_all(reader)


def _read_all(reader: ReplyReader) -> None:
    while reader.next() is not None:
        pass
