"""Addresses in strays whose octets do not show them."""

import base64
import quopri
import re
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.feedback.returned.uncovering import LONGEST, uncovered
from penstock.personal.finding import pattern
from tests.examples import examples

ADDRESS, NUMBER = "ann.otter@x.example", "+33698765432"


def found(raw: bytes, whom: str = ADDRESS) -> bool:
    return bool(re.search(pattern([whom]), uncovered(raw), re.IGNORECASE))


def message(text: str, cte: str, charset: str = "utf-8", kind: str = "plain") -> EmailMessage:
    made = EmailMessage()
    made["From"] = "somebody@elsewhere.example"
    made.set_content(text, subtype=kind, cte=cte, charset=charset)
    return made


WORDS = f"Grüße,\n<{ADDRESS}> is away; call 06 98 76 54 32.\nThat is all that there is to be said of it."


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "utf-16-le"])
def test_a_body_in_base64(charset: str) -> None:
    raw = message(WORDS, "base64", charset).as_bytes()
    assert ADDRESS.encode() not in raw
    assert found(raw)
    assert found(raw, NUMBER)
    assert not found(raw, "nn.otter@x.example")
    assert found(raw[: len(raw) - 41]), "cut off in the middle of a line"


def test_a_message_that_is_attached_to_one() -> None:
    outer = message("See there.", "base64")
    inner = message(WORDS, "base64").as_bytes()
    outer.add_attachment(inner, maintype="application", subtype="octet-stream", filename="a.eml")
    assert found(outer.as_bytes())


def test_quoted_printable_and_encoded_words() -> None:
    assert found(b"ann.ot=\r\nter=40x=\r\n.example said so")
    assert found(quopri.encodestring(("é" * 70 + " " + ADDRESS).encode()))
    word = base64.b64encode(f"about {ADDRESS}".encode()).decode()
    assert found(f"Subject: =?utf-8?B?{word}?=\r\n\r\n".encode())
    assert found(b"Subject: =?utf-8?q?ann=2Eotter=40x?=\r\n =?utf-8?q?=2Eexample?=\r\n")


def test_escapes_of_json_and_base64_in_it() -> None:
    assert found(rb'{"to": "ann.otter\u0040x.example"}')
    raw = base64.encodebytes(message(WORDS, "8bit").as_bytes()).decode().replace("\n", "\\r\\n")
    assert found(f'{{"size": 5, "content": "{raw}"}}'.encode())


def test_what_is_to_be_seen_is_not_kept_twice() -> None:
    assert uncovered(f"To: {ADDRESS}\r\n\r\n06 98 76 54 32\r\nhello =\r\nthere\r\n".encode()) == ""
    assert uncovered(message("Nobody here, and nothing = nothing" * 20, "base64").as_bytes()) != ""
    assert uncovered(base64.encodebytes(bytes(range(32)) * 900)) == "", "a picture"


def test_what_base64_has_no_place_for_is_left_out() -> None:
    """Strangers write encoded words by hand, with the letters of URLs or half a character; one of them must stop no mailbox."""
    word = base64.b64encode(f"about {ADDRESS}!".encode()).decode()
    assert found(f"Subject: =?utf-8?B?{word[:9]}-_!{word[9:]}?=\r\n\r\n".encode())
    for text in ("a", "abc!", "abcd!", "abcde!", "=", "!!!!"):
        uncovered(f"Subject: =?utf-8?B?{text}?=\r\n\r\n".encode())


def test_no_text_of_a_database_holds_a_nul() -> None:
    name, host = ADDRESS.split("@")
    assert found(f"{name}=00=40{host}=00 =\r\n".encode())
    assert found(rf'{{"to": "{name}\u0040\u0000{host}"}}'.encode())


ALPHABET = "YW5uQHguZXhh=?\\u0o4_@.\r\n -!"
WORD = st.builds(
    "=?a?{}?{}?=".format, st.sampled_from("bBqQ"), st.text(ALPHABET.replace("?", ""), max_size=80)
)


@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(ALPHABET, max_size=300).map(str.encode),
        st.lists(WORD).map(lambda words: " ".join(words).encode()),
    )
)
@settings(max_examples=examples(200))
def test_nothing_raises_and_any_text_can_be_kept(raw: bytes) -> None:
    text = uncovered(raw)
    assert len(text) <= LONGEST
    assert "\0" not in text
    text.encode()


@pytest.mark.parametrize(
    "piece", [b"A", b"AAAAAAAAAAAA ", b"=?a?q?=40?= ", b"=\r\n", b"\\u0040", b"@=", b"A\n"]
)
def test_the_time_is_bounded(piece: bytes) -> None:
    uncovered(base64.b64encode(piece * 40_000)[:65_536])
    uncovered((piece * 65_536)[:65_536])
