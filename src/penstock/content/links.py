"""Tokens that name one recipient of one mailing, and the addresses and links made from them.

A token is ``mailing-seq-mac`` in lower-case hexadecimal, safe in a local part and in a URL. One keyed BLAKE2b
is split in two halves: the *public* one stands in the return path and the Message-ID and identifies; the
*private* one stands in links and authorises. Knowing one half tells nothing about the other. The *view* token is a
hash of the private one: whoever may unsubscribe may look at the message, and whoever may look may not unsubscribe.
So is the *follow* token, which stands in tracked links and says only whose click or opening it is.
"""

from __future__ import annotations

import re
from binascii import hexlify
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from hmac import compare_digest

MAC_BYTES = 12
"""96 bits for each half: out of reach of guessing over a network, and the local part stays under 64 octets."""
_HALF = MAC_BYTES * 2
LONGEST_TOKEN = 15 + 1 + 15 + 1 + _HALF
"""Octets of a token at most."""
NOBODY = b"0-0-" + b"0" * 24
"""Stands where a recipient's token would: in previews, tests and copies that are shown. It is nobody's, so no link does harm."""
_PERSON = b"penstock link"
_VIEW = b"penstock view"
_FOLLOW = b"penstock follow"
_TOKEN = re.compile(rb"([0-9a-f]{1,15})-([0-9a-f]{1,15})-([0-9a-f]{%d})" % _HALF)
_RETURN_PATH = re.compile(rb"bounce\+([0-9a-f-]{5,64})@[^@\s]+")
_BASE = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?")


@lru_cache(maxsize=64)
def _keyed(mailing: int, key: bytes) -> tuple[bytes, Callable[[], blake2b]]:
    """The pattern of a token's name, and a hash that has taken the key in already."""
    return b"%x-%%x-" % mailing, blake2b(digest_size=2 * MAC_BYTES, key=key, person=_PERSON).copy


def tokens(mailing: int, seq: int, key: bytes) -> tuple[bytes, bytes]:
    """Return (public, private) of recipient ``seq`` of ``mailing``; ``key`` is 1 to 64 bytes. About 1 µs."""
    pattern, copy = _keyed(mailing, key)
    name = pattern % seq
    state = copy()
    state.update(name)
    mac = hexlify(state.digest())
    return name + mac[:_HALF], name + mac[_HALF:]


def view_token(private: bytes) -> bytes:
    """Return the token that shows the message of the holder of ``private``, and does nothing else. About 1 µs."""
    return _derived(private, _VIEW)


def follow_token(private: bytes) -> bytes:
    """Return the token by which clicks and openings of the holder of ``private`` are known; it authorises nothing. About 1 µs.

    That of NOBODY is counted nowhere.
    """
    return _derived(private, _FOLLOW)


def _derived(private: bytes, person: bytes) -> bytes:
    name, _, mac = private.rpartition(b"-")
    made = blake2b(mac, digest_size=MAC_BYTES, key=name, person=person).hexdigest()
    return b"%b-%b" % (name, made.encode("ascii"))


def verify_view(token: str | bytes, key: bytes) -> tuple[int, int] | None:
    """Return (mailing, seq) if ``token`` is a view token made with ``key``, else None. Constant time."""
    return _verify(token, lambda mailing, seq: view_token(tokens(mailing, seq, key)[1]))


def verify_follow(token: str | bytes, key: bytes) -> tuple[int, int] | None:
    """Return (mailing, seq) if ``token`` is a follow token made with ``key``, else None. Constant time."""
    return _verify(token, lambda mailing, seq: follow_token(tokens(mailing, seq, key)[1]))


def verify_public(token: str | bytes, key: bytes) -> tuple[int, int] | None:
    """Return (mailing, seq) if ``token`` is a public token made with ``key``, else None. Constant time."""
    return _verify(token, lambda mailing, seq: tokens(mailing, seq, key)[0])


def verify_private(token: str | bytes, key: bytes) -> tuple[int, int] | None:
    """Return (mailing, seq) if ``token`` is a private token made with ``key``, else None. Constant time."""
    return _verify(token, lambda mailing, seq: tokens(mailing, seq, key)[1])


def _verify(token: str | bytes, made: Callable[[int, int], bytes]) -> tuple[int, int] | None:
    if isinstance(token, str):
        if not token.isascii():
            return None
        token = token.encode("ascii")
    match = _TOKEN.fullmatch(token)
    if match is None:
        return None
    mailing, seq = int(match[1], 16), int(match[2], 16)
    # Comparing the whole token also refuses other spellings of the numbers, such as leading zeros.
    return (mailing, seq) if compare_digest(made(mailing, seq), token) else None


def link_base(base: str) -> str:
    """Return ``base`` without its last slash; ValueError unless it is a plain http(s) URL (no query, no user)."""
    if not _BASE.fullmatch(base):
        raise ValueError(f"{base!r} is not a usable base URL; give one like https://mail.example.org")
    return base.rstrip("/")


def unsubscribe_url(base: str, private: bytes) -> bytes:
    """Return the link that unsubscribes the holder of ``private``; it is also the RFC 8058 one-click target."""
    return b"%b/u/%b" % (link_base(base).encode("ascii"), private)


def return_path(public: bytes, domain: bytes) -> bytes:
    """Return the variable envelope return path (VERP), without angle brackets; ``domain`` is in A-labels."""
    return b"bounce+%b@%b" % (public, domain)


def parse_return_path(address: str | bytes) -> bytes | None:
    """Return the public token (not yet verified) of a return path, or None. The local part may come upper-cased."""
    raw = address.encode("utf-8", "replace") if isinstance(address, str) else address
    match = _RETURN_PATH.fullmatch(raw.strip().strip(b"<>").lower()) if len(raw) <= 320 else None
    return match[1] if match else None
