"""DKIM signatures (RFC 6376; RSA-2048 and Ed25519, RFC 8463) on messages that are ready for the wire.

    signer = Signer([SigningKey("example.org", "ps1", "rsa", der)])
    data = signer.sign(data, now)          # as Program.envelope_data made it: dots stuffed, with the last dot

Relaxed/relaxed, no ``l=``: white space that a relay changes does no harm, and nothing can be appended. What a signature covers is
in SIGNED; a field that may stand only once, or whose addition would change what is seen, is *oversigned* (§5.4): named once more
than it occurs, so that nobody adds another. Signed messages must be in 7-bit form (§5.3), or a relay that converts them breaks
the signature.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

from penstock.content.canonical import fields, relaxed_body, relaxed_field, unstuffed

OVERSIGNED: Final = (
    "From", "To", "Cc", "Subject", "Date", "Reply-To", "Message-ID",
    "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
)  # fmt: skip
"""Fields that nobody may add to a message of ours, whether it has them or not."""
SIGNED: Final = (
    *OVERSIGNED, "List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "List-Help", "List-Subscribe", "List-Post", "List-Owner",
    "List-Archive", "Sender", "In-Reply-To", "References", "Feedback-ID", "Auto-Submitted", "Content-ID", "Content-Description",
    "Organization", "X-Penstock-Test",
)  # fmt: skip
"""Fields that are signed as often as they occur; others (Precedence, the author's own) are relays' to change (§5.4.1)."""
LEAST_BITS: Final = 1024
"""Of an RSA key; signatures by shorter ones are never accepted (RFC 8301 §3.2)."""

_SPELLED: Final = {name.lower().encode(): name.encode() for name in SIGNED}
_ONCE: Final = tuple(name.lower().encode() for name in OVERSIGNED)
_SINGLE: Final = frozenset(
    (*_ONCE, b"list-unsubscribe", b"list-unsubscribe-post", b"list-id", b"feedback-id")
)
_SELECTOR = re.compile(r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9_-]*[a-z0-9])?)*")
_DOMAIN = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
_FOLD: Final = 72

Sign = Callable[[bytes], bytes]
"""From what is hashed to the octets of ``b=``."""
_Field = tuple[bytes, bytes, bytes]
"""A header field as it stands, its name in lower case, and its relaxed form."""


class SigningError(Exception):
    """A signature cannot be made; says with which key, why, and what to do. The message must not leave without it."""


@dataclass(frozen=True)
class SigningKey:
    """A key whose public half stands at ``selector._domainkey.domain``.

    ``algorithm`` is rsa or ed25519, ``private`` the key (PKCS #8, DER, not encrypted), ``domain`` in A-labels.
    """

    domain: str
    selector: str
    algorithm: str
    private: bytes = field(repr=False)


class Signer:
    """Signs messages with one key or several, RSA first: some receivers look at no other. Raises SigningError for a bad key.

    Knows its keys only in memory; belongs to one thread.
    """

    def __init__(self, keys: Sequence[SigningKey]):
        if not keys:
            raise SigningError("There is no key to sign with: make one for the domain.")
        self.keys = tuple(sorted(keys, key=lambda key: key.algorithm != "rsa"))
        self._signs = [_signature(key) for key in self.keys]
        self._layouts: dict[bytes, list[tuple[bytes, bytes]]] = {}  # by h=, of which a message has one or two
        self._before: list[_Field] = []  # those of the message before: most are the same in the next

    def sign(self, data: bytes, at: int, body: bytes | None = None) -> bytes:
        """Return ``data`` with a DKIM-Signature field for each key on top; ``at`` is the time of signing, seconds since 1970.

        ``data`` is what follows DATA: CRLF line ends, dots stuffed, ended by a line with a dot. It is not altered otherwise.
        ``body`` is the relaxed form of its body, where that is known.
        """
        end = data.index(b"\r\n\r\n")
        if body is None:
            body = relaxed_body(unstuffed(data[end + 4 :].removesuffix(b".\r\n")))
        digest = b64encode(sha256(body).digest())
        found = self._fields(data[:end])
        chosen, listed = _covered(tuple([name for _, name, _ in found]))
        covered = b"\r\n".join([found[number][2] for number in chosen]) + b"\r\n"
        if listed not in self._layouts:
            self._layouts[listed] = [_layout(key, listed) for key in self.keys]
        parts = []
        for key, sign, (raw, canonical) in zip(self.keys, self._signs, self._layouts[listed], strict=True):
            try:
                octets = sign(covered + canonical % (at, digest))
            except Exception as error:  # whatever keeps the library from signing: the message stays here
                raise _unusable(key, f"signing failed: {error}") from error
            parts += [raw % (at, digest), _folded(b64encode(octets))]
        return b"".join((*parts, data))

    def _fields(self, head: bytes) -> list[_Field]:
        raw, before = fields(head), self._before
        if len(before) != len(raw):
            before = [(b"", b"", b"")] * len(raw)
        self._before = [
            old if old[0] == each else _field(each) for each, old in zip(raw, before, strict=True)
        ]
        return self._before


def _field(raw: bytes) -> _Field:
    form = relaxed_field(raw)
    return raw, form.partition(b":")[0], form


@lru_cache(maxsize=256)
def _covered(names: tuple[bytes, ...]) -> tuple[tuple[int, ...], bytes]:
    """The numbers of the fields to sign, in the order of ``h=``, and that list; of several alike the last comes first (§5.4.2)."""
    places: dict[bytes, list[int]] = {}
    for number, name in enumerate(names):
        if name in _SPELLED:
            places.setdefault(name, []).insert(0, number)
    chosen = [number for numbers in places.values() for number in numbers]
    listed = [name for name, numbers in places.items() for _ in numbers]
    listed += [name for name in places if name in _SINGLE] + [name for name in _ONCE if name not in places]
    return tuple(chosen), b":".join(_SPELLED[name] for name in listed)


def _layout(key: SigningKey, listed: bytes) -> tuple[bytes, bytes]:
    """The field up to ``b=``, as it is written and as it is hashed, each with a place for the time and the body's hash."""
    start = f"DKIM-Signature: v=1; a={key.algorithm}-sha256; c=relaxed/relaxed; d={key.domain};\r\n s={key.selector}; t="
    lines = [b" h="]
    for name in listed.split(b":"):
        if len(lines[-1]) + len(name) + 1 > _FOLD:
            lines.append(b"  ")
        lines[-1] += name + b":"
    raw = start.encode("ascii") + b"%d;\r\n" + b"\r\n".join(lines)[:-1] + b";\r\n bh=%b;\r\n b="
    return raw, relaxed_field(raw)


def _folded(encoded: bytes) -> bytes:
    """The value of ``b=`` over as many lines as it takes, and the end of the field."""
    lines = [encoded[start : start + _FOLD] for start in range(0, len(encoded), _FOLD)]
    return b"\r\n  ".join(lines) + b"\r\n"


def _signature(key: SigningKey) -> Sign:
    """How ``key`` signs. The library is loaded only where something is signed: it takes some 50 ms."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    if not (_DOMAIN.fullmatch(key.domain) and _SELECTOR.fullmatch(key.selector.lower())):
        raise _unusable(key, "domain or selector is not a name in A-labels")
    try:
        private: Any = load_der_private_key(key.private, None)
    except Exception as error:
        raise _unusable(key, f"it cannot be read ({error})") from error
    if key.algorithm == "rsa" and isinstance(private, rsa.RSAPrivateKey):
        if private.key_size < LEAST_BITS:
            raise _unusable(key, f"it has {private.key_size} bits, fewer than {LEAST_BITS}")
        scheme, hashing = padding.PKCS1v15(), hashes.SHA256()
        return lambda covered: private.sign(covered, scheme, hashing)
    if key.algorithm == "ed25519" and isinstance(private, ed25519.Ed25519PrivateKey):
        return lambda covered: private.sign(sha256(covered).digest())
    raise _unusable(key, f"it is {type(private).__name__}, not {key.algorithm}")


def _unusable(key: SigningKey, why: str) -> SigningError:
    return SigningError(
        f"The key {key.selector} of {key.domain} cannot sign: {why}."
        " Make a new key for the domain and set its record, or delete this one."
    )
