"""Whatever strangers send, it is read in bounded time, nothing is raised, and no token is made good that is not ours."""

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.content.links import tokens
from penstock.feedback.returned import automatic, complaint, dsn, unstructured, wanting, whom
from penstock.feedback.returned.classes import Class, judge
from penstock.feedback.returned.diagnosis import find
from penstock.feedback.returned.diagnosis import read as read_reply
from penstock.feedback.returned.parts import LARGEST, opened
from penstock.feedback.returned.reading import Reported, Unrecognised, read
from penstock.transport.reply import UNPRINTABLE
from tests.examples import examples

CORPUS = [
    file.read_bytes() for file in sorted((Path(__file__).parents[2] / "corpus" / "returned").glob("*.eml"))
]
KEY = b"the key"
LONGEST = 8.0
"""Seconds for the worst message, on a machine that others use."""

pieces = st.sampled_from(
    [
        b"\n", b"\r\n", b"\n\n", b"--", b"boundary=", b"=", b"\x00", b"\xff\xfe", b"<", b">", b"@", b";", b"(", b"550 5.1.1 ",
        b"Content-Type: message/delivery-status\n", b"Content-Type: multipart/report; boundary=x\n", b"--x\n", b"Action: failed\n",
        b"Status: 5.1.1\n", b"Final-Recipient: rfc822;", b"Content-Transfer-Encoding: base64\n", b"=?utf-8?b?", b"charset=\"no-such\"",
        b"name*0*=utf-8''%ff", b"X-Failed-Recipients: ", b"Auto-Submitted: ", b"\\x{110000}", b"+00", b"bounce+1-1-" + b"a" * 24 + b"@x",
    ]
)  # fmt: skip


def storable(text: str) -> bool:
    """One line of valid Unicode, nothing in it that writes elsewhere."""
    return text.encode().decode() == text and not UNPRINTABLE.search(text)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A message of the corpus with parts cut out, doubled, put elsewhere, and foreign ones in it."""
    data = draw(st.sampled_from(CORPUS))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(data)))
        to = min(len(data), at + draw(st.integers(0, 400)))
        match draw(st.integers(0, 3)):
            case 0:
                data = data[:at] + data[to:]
            case 1:
                data = data[:to] + data[at:to] * draw(st.integers(1, 3)) + data[to:]
            case 2:
                data = data[:at] + draw(pieces) + data[at:]
            case _:
                data = data[:at] + draw(st.binary(max_size=40)) + data[to:]
    return data


@settings(max_examples=examples(200), deadline=None)
@given(
    mutated()
    | st.binary(max_size=2000)
    | st.lists(pieces | st.binary(max_size=20), max_size=40).map(b"".join)
)
def test_nothing_is_raised_and_what_is_said_can_be_stored(data: bytes) -> None:
    found = read(data)
    assert whom.verified(found.envelope + found.original, KEY) is None
    if isinstance(found.said, Reported):
        for fate in found.said.fates:
            assert storable(fate.said)
            assert all(storable(each) for each in fate.addresses)
            assert 0 <= fate.code < 600
            assert isinstance(judge(fate.code, fate.enhanced, fate.said, found.said.origin), Class)


@settings(max_examples=examples(100), deadline=None)
@given(mutated())
def test_no_parser_leans_on_the_net_below_it(data: bytes) -> None:
    """`read` catches what the standard library's parser raises; ours raise nothing."""
    message = opened(data)
    if message is None:
        return
    wanting.token(message), complaint.kind(message), dsn.fates(message), automatic.surely(message)
    (
        automatic.says_so(message),
        unstructured.fate(data, message),
        whom.in_envelope(message),
        whom.in_original(message),
    )


@settings(max_examples=examples(100), deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_a_reply_and_a_class(text: str) -> None:
    for found in (read_reply(text), find(text)):
        assert storable(found.text)
        judge(*found)


@settings(max_examples=examples(50), deadline=None)
@given(st.integers(1, 2**40), st.integers(1, 2**30), st.sampled_from(CORPUS))
def test_only_tokens_made_with_the_key_name_anybody(mailing: int, seq: int, data: bytes) -> None:
    public, private = tokens(mailing, seq, KEY)
    ours = read(data.replace(b"{PUBLIC}", public).replace(b"{PRIVATE}", private))
    assert whom.verified(ours.envelope + ours.original, KEY) in ((mailing, seq), None)
    others_public, others_private = tokens(mailing, seq, b"another key")
    theirs = read(data.replace(b"{PUBLIC}", others_public).replace(b"{PRIVATE}", others_private))
    assert whom.verified(theirs.envelope + theirs.original, KEY) is None


def _nested(levels: int) -> bytes:
    head = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(levels))
    return head + b"x\n" * 1000


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"Subject: x\n\n" + b"a" * 1_000_000, id="one long line"),
        pytest.param(b"\n".join([b"The following addresses had", b"Your message could not be delivered to", *[b"a" * 500] * 5000]), id="lines for greedy patterns"),
        pytest.param(b"Subject: " + b"a:" * 400_000, id="a long field"),
        pytest.param(b"X-A: b\n" * 60_000, id="many fields"),
        pytest.param(b"\n" * 1_000_000, id="empty lines"),
        pytest.param(_nested(18), id="nested as deep as may be"),
        pytest.param(_nested(3000), id="nested for ever"),
        pytest.param(b"Content-Type: message/rfc822\n\n" * 5000, id="enclosed for ever"),
        pytest.param(b"Content-Type: text/html\n\n" + b"<" * 300_000, id="tags that do not end"),
        pytest.param(b"Content-Type: message/delivery-status\n\n" + b"Action: failed\n" * 30_000, id="one long block"),
        pytest.param(b"Content-Type: message/delivery-status\n\n" + b"Final-Recipient: rfc822;a@b\nAction: failed\n\n" * 8_000, id="many recipients"),
        pytest.param(b"To: " + b"bounce+1-1-aaaaaaaaaaaaaaaaaaaaaaaa@x, " * 30_000, id="many tokens"),
        pytest.param(b"Subject: x\nContent-Type: text/plain; " + b'a="' * 60_000 + b"\n\nx", id="parameters that do not end"),
    ],
)  # fmt: skip
def test_the_worst_is_read_in_bounded_time(data: bytes) -> None:
    begun = time.process_time()
    found = read(data)
    assert time.process_time() - begun < LONGEST
    assert len(found.envelope) + len(found.original) <= 2 * whom.MOST
    if isinstance(found.said, Reported):
        assert len(found.said.fates) <= dsn.MOST
    assert len(data[:LARGEST]) <= LARGEST


def test_what_the_library_raises_makes_a_stray(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RecursionError

    monkeypatch.setattr("penstock.feedback.returned.reading.opened", broken)
    said = read(b"x").said
    assert isinstance(said, Unrecognised)
    assert said.kind == "unreadable"
