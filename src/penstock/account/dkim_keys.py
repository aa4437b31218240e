"""Key pairs for DKIM: made, written as the record that publishes them, and kept encrypted. Pure but for the secret's key."""

import base64
import secrets
from dataclasses import dataclass
from typing import Final, Literal

from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from penstock.account.secrets import decrypt, encrypt

Algorithm = Literal["rsa", "ed25519"]
ALGORITHMS: Final[tuple[Algorithm, ...]] = ("rsa", "ed25519")
BITS: Final = 2048
"""Of an RSA key: what every receiver verifies (RFC 8301 §3.2), and what fits a UDP answer."""

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # what is not mistaken for something else when typed


@dataclass(frozen=True)
class Pair:
    """A new key pair. `private`: PKCS #8 in DER. `public`: base64, as it stands in p= of its record."""

    algorithm: Algorithm
    private: bytes
    public: str


def make(algorithm: Algorithm) -> Pair:
    """Make a key pair."""
    key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
    if algorithm == "rsa":
        key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
        public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    else:
        key = ed25519.Ed25519PrivateKey.generate()  # RFC 8463 §4.2: the 32 octets alone
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return Pair(algorithm, private, base64.b64encode(public).decode())


def new_selector(number: int) -> str:
    """Return a selector for the key of this number: `ps1-k7q2`.

    The end is random, so that two accounts, or two installations, that send from one domain never want the same name, and
    a deleted key's name never comes back while somebody's cache has its old record.
    """
    return f"ps{number}-" + "".join(secrets.choice(_ALPHABET) for _ in range(4))


def record(algorithm: str, public: str) -> str:
    """Return the TXT record that publishes a key (RFC 6376 §3.6.1)."""
    return f"v=DKIM1; k={algorithm}; p={public}"


def locked(private: bytes) -> bytes:
    """Return a private key as it is stored."""
    return encrypt(base64.b64encode(private).decode())


def opened(secret: bytes) -> bytes:
    """Return the private key in what `locked` made. Raises secrets.SecretError under another secret key."""
    return base64.b64decode(decrypt(secret))
