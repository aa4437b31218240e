"""Key pairs for signing, their records, and what others say of a signature: dkimpy, and OpenDKIM where it is installed."""

import base64
from functools import cache
from typing import Any

import dkim
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from penstock.content.dkim import SigningKey
from tests.opendkim import OpenDKIM

DOMAIN = "example.org"


@cache
def rsa_key(bits: int = 2048) -> SigningKey:
    """The RSA key of the tests, made once: it takes a moment."""
    return SigningKey(DOMAIN, f"rsa{bits}", "rsa", _der(rsa.generate_private_key(65537, bits)))


@cache
def ed25519_key() -> SigningKey:
    return SigningKey(DOMAIN, "ed", "ed25519", _der(ed25519.Ed25519PrivateKey.generate()))


def both() -> list[SigningKey]:
    return [ed25519_key(), rsa_key()]


def record(key: SigningKey) -> tuple[str, str]:
    """The name and the text of the record that publishes a key, written by the rules (RFC 6376 §3.6.1, RFC 8463 §4)."""
    public: Any = load_der_private_key(key.private, None).public_key()
    raw = (
        public.public_bytes_raw()
        if key.algorithm == "ed25519"
        else public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )
    text = f"v=DKIM1; k={key.algorithm}; p={base64.b64encode(raw).decode()}"
    return f"{key.selector}._domainkey.{key.domain}", text


def unstuffed(data: bytes) -> bytes:
    """The message in what follows DATA, as a server takes it: line by line (RFC 5321 §4.5.2)."""
    lines = data.split(b"\r\n")
    assert lines[-2:] == [b".", b""], "the data does not end with a line that is a dot"
    return b"\r\n".join([line.removeprefix(b".") for line in lines[:-2]] + [b""])


def count(message: bytes) -> int:
    return message.count(b"\r\nDKIM-Signature: ") + message.startswith(b"DKIM-Signature: ")


def dkimpy_says(message: bytes, keys: list[SigningKey]) -> list[str]:
    """dkimpy's verdict on each signature, from the top: "pass", or why not."""
    records = {f"{name}.".encode(): text.encode() for name, text in map(record, keys)}

    def verdict(number: int) -> str:
        try:
            held = dkim.DKIM(message).verify(number, dnsfunc=lambda name, timeout=5: records.get(name))
        except dkim.DKIMException as error:
            return str(error)
        return "pass" if held else "fail"

    return [verdict(number) for number in range(count(message))]


def opendkim(keys: list[SigningKey]) -> OpenDKIM:
    """OpenDKIM with the records of the keys; the test is skipped where the library is missing."""
    return OpenDKIM(dict(map(record, keys)))


def _der(key: Any) -> bytes:
    return bytes(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
