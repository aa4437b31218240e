"""Signatures: canonical forms as the RFCs show them, what a signature covers, and which keys are refused."""

import re
from base64 import b64decode, b64encode
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from penstock.content.canonical import fields, relaxed_body, relaxed_field
from penstock.content.dkim import Signer, SigningError, SigningKey
from penstock.content.message import Message
from penstock.content.render import compile_message
from tests import signatures
from tests.signatures import both, count, dkimpy_says, ed25519_key, rsa_key, unstuffed

AT = 1_795_300_000
DATE = b"Sun, 22 Nov 2026 01:14:58 +0000"
PUBLIC, PRIVATE = b"c-11170-59764b3bb577a64dac73dcac", b"c-11170-2b275ad2ca3e781cbd727a54"

# RFC 8463, appendix A.3, without its RSA signature, whose key has 1024 bits.
RFC_8463 = b"""\
DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
""".replace(b"\n", b"\r\n")
RFC_8463_KEY = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="


def made(message: Message, *keys: SigningKey, address: str = "ann@example.net") -> bytes:
    """A message as a server takes it, signed with the keys."""
    program = compile_message(message, base_url="https://mail.example.org")
    program.signer = Signer(keys or both())
    values = (address, *["Zoë"] * (len(program.variables) - 1))
    return unstuffed(program.envelope_data(values, PUBLIC, PRIVATE, DATE, eightbit=True))


def letter(text: str = "Hello,\n\n  two  words. \n.\n..dots\n\n\n") -> Message:
    return Message(
        "News <news@example.org>", "The subject", text=text, headers={"Feedback-ID": "1:2", "X-Own": "x"}
    )


# -- canonical forms -------------------------------------------------------------


def test_the_forms_that_rfc_6376_shows() -> None:
    """Section 3.4.5."""
    head, body = b"A: X\r\nB : Y\t\r\n\tZ  ", b" C \r\nD \t E\r\n\r\n\r\n"
    assert [relaxed_field(each) for each in fields(head)] == [b"a:X", b"b:Y Z"]
    assert relaxed_body(body) == b" C\r\nD E\r\n"


def test_the_signature_of_rfc_8463_holds_over_our_forms() -> None:
    head, _, body = RFC_8463.partition(b"\r\n\r\n")
    found = [relaxed_field(each) for each in fields(head)]
    signature = re.sub(rb"b=([^;]*)$", b"b=", found[0])
    given = re.findall(rb" b=(.*)$", found[0])[0].replace(b" ", b"")
    assert b64encode(sha256(relaxed_body(body)).digest()) == b"2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8="
    covered = sha256(b"\r\n".join([*found[1:6], signature])).digest()
    Ed25519PublicKey.from_public_bytes(b64decode(RFC_8463_KEY)).verify(b64decode(given), covered)


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (b"", b""),
        (b"\r\n", b""),
        (b"\r\n\r\n\r\n", b""),
        (b" \t \r\n \r\n", b""),
        (b"x", b"x\r\n"),
        (b"x\r\n", b"x\r\n"),
        (b"x \t", b"x\r\n"),
        (b"\r\nx\r\n\r\n", b"\r\nx\r\n"),
        (b" x\r\n", b" x\r\n"),
        (b"\t\tx\t  \ty\t\r\n", b" x y\r\n"),
        (b"a" + b" " * 1000 + b"b\r\n", b"a b\r\n"),
        (b"x\r\n" + b" \r\n" * 1000, b"x\r\n"),
        (b"a\x0b \xc2\xa0 b\r\n", b"a\x0b \xc2\xa0 b\r\n"),
    ],
)
def test_a_body_in_its_relaxed_form(body: bytes, form: bytes) -> None:
    assert relaxed_body(body) == form


# -- what is signed --------------------------------------------------------------


@pytest.mark.parametrize("keys", [[rsa_key()], [ed25519_key()], both()], ids=["rsa", "ed25519", "both"])
def test_others_find_every_signature_right(keys: list[SigningKey]) -> None:
    message = made(letter(), *keys)
    assert dkimpy_says(message, keys) == ["pass"] * len(keys)
    assert signatures.opendkim(keys).verdicts(message) == ["pass"] * len(keys)
    assert message.isascii()


def test_rsa_stands_first() -> None:
    assert re.findall(rb"a=([a-z0-9-]+);", made(letter())) == [b"rsa-sha256", b"ed25519-sha256"]


def test_the_field_says_how_when_and_what() -> None:
    field = re.match(rb"DKIM-Signature:.*?\r\n(?![ \t])", made(letter(), rsa_key()), re.DOTALL)
    assert field
    assert max(map(len, field[0].split(b"\r\n"))) <= 78
    tags = dict(re.findall(r"(\w+)=([^;]*)", re.sub(r"\s+", "", field[0].decode())))
    listed = tags.pop("h").split(":")
    assert tags.keys() == {"v", "a", "c", "d", "s", "t", "bh", "b"}  # no l=: nothing can be appended
    assert (tags["v"], tags["c"], tags["d"], tags["s"]) == ("1", "relaxed/relaxed", "example.org", "rsa2048")
    assert tags["t"] == "1795310098"  # as the Date says
    twice = {name for name in listed if listed.count(name) == 2}
    assert twice == {
        "From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID",
        "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
    }  # fmt: skip
    assert set(listed) - twice == {"Cc", "Reply-To"}  # absent, and nobody may add one


@pytest.mark.parametrize(
    "added",
    [
        *(f"{name}: evil" for name in ("From", "To", "Cc", "Subject", "Date", "Reply-To", "Message-ID", "MIME-Version")),
        "List-Unsubscribe: <https://evil.example>", "List-Unsubscribe-Post: x", "Content-Type: text/html",
        "Content-Transfer-Encoding: base64", "Feedback-ID: 3",
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["top", "bottom"])
def test_nobody_can_add_a_field_that_is_seen(added: str, place: str) -> None:
    message = made(letter())
    line = added.encode() + b"\r\n"
    head, _, body = message.partition(b"\r\n\r\n")
    forged = line + message if place == "top" else head + b"\r\n" + line + b"\r\n" + body
    assert "pass" not in dkimpy_says(forged, both())
    assert "pass" not in signatures.opendkim(both()).verdicts(forged)


@pytest.mark.parametrize(
    "changed",
    [
        lambda message: message.replace(b"two  words", b"two words"),
        lambda message: message.replace(b"The subject\r\n", b"The\r\n \tsubject \r\n"),
        lambda message: message.replace(b"\r\nTo: ", b"\r\nTO:"),
        lambda message: message + b"\r\n \r\n\r\n",
        lambda message: b"Received: from a by b\r\nX-Spam: no\r\n" + message,
        lambda message: message.replace(b"Precedence: bulk\r\n", b"").replace(b"X-Own: x", b"X-Own: y"),
    ],
)
def test_what_relays_may_change_does_no_harm(changed) -> None:  # type: ignore[no-untyped-def]
    message = changed(made(letter()))
    assert message != made(letter())
    assert dkimpy_says(message, both()) == ["pass"] * count(message)
    assert signatures.opendkim(both()).verdicts(message) == ["pass", "pass"]


@pytest.mark.parametrize(
    "changed",
    [
        lambda message: message.replace(b"two  words", b"twowords"),
        lambda message: message.replace(b"The subject", b"The Subject"),
        lambda message: message + b"appended\r\n",
        lambda message: message.replace(b"ann@", b"eve@"),
        lambda message: re.sub(rb"t=\d+", b"t=1", message),
    ],
)
def test_what_nobody_may_change_breaks_every_signature(changed) -> None:  # type: ignore[no-untyped-def]
    message = changed(made(letter()))
    assert "pass" not in dkimpy_says(message, both())
    assert "pass" not in signatures.opendkim(both()).verdicts(message)


def test_of_fields_alike_the_last_is_signed_first() -> None:
    """Section 5.4.2; ours never stand twice, but the rule costs nothing."""
    data = (
        b"From: a@example.org\r\nList-Help: <https://1>\r\nX: y\r\nList-Help: <https://2>\r\n\r\nx\r\n.\r\n"
    )
    message = unstuffed(Signer(both()).sign(data, AT))
    assert dkimpy_says(message, both()) == ["pass", "pass"]
    assert signatures.opendkim(both()).verdicts(message) == ["pass", "pass"]


def test_a_message_without_a_body() -> None:
    message = unstuffed(Signer(both()).sign(b"From: a@example.org\r\nSubject: s\r\n\r\n.\r\n", AT))
    assert dkimpy_says(message, both()) == ["pass", "pass"]
    assert signatures.opendkim(both()).verdicts(message) == ["pass", "pass"]


def test_a_signed_message_is_in_7_bit_form_whatever_the_server_takes() -> None:
    message = made(Message("Größe <news@example.org>", "Grüße", html="<p>Grüße, {{ name }}</p>"))
    assert message.isascii()
    assert b"8bit" not in message
    assert dkimpy_says(message, both()) == ["pass", "pass"]


def test_an_address_beyond_ascii_is_signed_as_it_stands() -> None:
    """RFC 8616: with SMTPUTF8 the header fields are UTF-8, and are hashed so."""
    message = made(letter(), address="jörg@example.net")
    assert "jörg".encode() in message
    assert dkimpy_says(message, both()) == ["pass", "pass"]
    assert signatures.opendkim(both()).verdicts(message) == ["pass", "pass"]


# -- keys ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (SigningKey("example.org", "s", "rsa", b"junk"), "cannot be read"),
        (SigningKey("example.org", "s", "rsa", ed25519_key().private), "Ed25519PrivateKey, not rsa"),
        (SigningKey("example.org", "s", "ed25519", rsa_key().private), "RSAPrivateKey, not ed25519"),
        (SigningKey("bücher.example", "s", "rsa", rsa_key().private), "A-labels"),
        (SigningKey("example.org", "s;b=", "rsa", rsa_key().private), "A-labels"),
        (SigningKey("example.org", "%d", "rsa", rsa_key().private), "A-labels"),
    ],
)
def test_a_key_that_cannot_sign_is_refused_with_its_name(key: SigningKey, why: str) -> None:
    with pytest.raises(SigningError, match=re.escape(why)) as refused:
        Signer([key])
    assert f"The key {key.selector} of {key.domain}" in str(refused.value)
    assert "Make a new key" in str(refused.value)


def test_without_a_key_there_is_no_signer() -> None:
    with pytest.raises(SigningError, match="no key"):
        Signer([])


def test_a_signature_that_fails_is_an_error_and_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    signer = Signer(both())

    def broken(_: bytes) -> bytes:
        raise RuntimeError("the library is gone")

    monkeypatch.setattr(signer, "_signs", [signer._signs[0], broken])
    with pytest.raises(
        SigningError, match=r"The key ed of example\.org cannot sign: signing failed: the library is gone"
    ):
        signer.sign(b"From: a@example.org\r\n\r\nx\r\n.\r\n", AT)


def test_a_key_does_not_show_itself() -> None:
    assert "private" not in repr(rsa_key())


def test_what_a_provider_takes_apart_carries_no_signature() -> None:
    program = compile_message(letter(), base_url="https://mail.example.org")
    program.signer = Signer(both())
    data = program.envelope_data(("ann@example.net",), PUBLIC, PRIVATE, DATE, eightbit=True, rebuilt=True)
    assert count(unstuffed(data)) == 0
