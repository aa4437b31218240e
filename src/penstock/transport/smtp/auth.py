"""Proving who we are (RFC 4954): PLAIN, LOGIN, CRAM-MD5 and XOAUTH2, without I/O.

Secrets live in these objects only as long as the exchange; no repr, error or log shows them.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
from collections.abc import Iterable
from typing import Final

STRENGTH: Final = ("CRAM-MD5", "PLAIN", "LOGIN")
"""What is chosen from unless a mechanism is named, strongest first. XOAUTH2 takes a token, so it is only used when named."""
REVEALING: Final = frozenset({"PLAIN", "LOGIN", "XOAUTH2"})
"""Mechanisms that show the secret to whoever listens."""


class AuthenticationImpossible(Exception):
    """No mechanism can be used here; the message says why and what to change."""


class Exchange:
    """One authentication by one mechanism: the AUTH command, then an answer to each challenge."""

    def __init__(self, mechanism: str, username: str, password: str) -> None:
        self.mechanism = mechanism
        self._username = username.encode()
        self._password = password.encode()
        self._challenges = 0

    def command(self) -> bytes:
        """The AUTH command with the initial response where the mechanism has one, line end included."""
        initial = self._initial()
        return b"AUTH %b%b\r\n" % (
            self.mechanism.encode(),
            b" " + _base64(initial) if initial is not None else b"",
        )

    def respond(self, challenge: bytes) -> bytes:
        """The line that answers a 334 with the text `challenge`; `*` (cancel) if it makes no sense."""
        self._challenges += 1
        if self.mechanism == "LOGIN" and self._challenges <= 2:
            return _base64(self._username if self._challenges == 1 else self._password) + b"\r\n"
        if self.mechanism == "CRAM-MD5" and self._challenges == 1:
            return self._digest(challenge)
        if self.mechanism == "XOAUTH2" and self._challenges == 1:
            return b"\r\n"  # the challenge describes the refusal; an empty answer fetches its code
        return b"*\r\n"

    def _initial(self) -> bytes | None:
        if self.mechanism == "PLAIN":
            return b"\0%b\0%b" % (self._username, self._password)
        if self.mechanism == "XOAUTH2":
            return b"user=%b\1auth=Bearer %b\1\1" % (self._username, self._password)
        return None

    def _digest(self, challenge: bytes) -> bytes:
        """RFC 2195: the user name and the keyed MD5 of the challenge."""
        try:
            nonce = binascii.a2b_base64(challenge, strict_mode=True)
        except binascii.Error:
            return b"*\r\n"
        digest = hmac.new(self._password, nonce, hashlib.md5).hexdigest().encode()
        return _base64(self._username + b" " + digest) + b"\r\n"


def choose(wanted: str, offered: Iterable[str], *, confidential: bool) -> str:
    """The mechanism to use: the one named in `wanted`, else ("") the strongest offered.

    `confidential` says that nobody can listen (TLS, or loopback), or that it was explicitly allowed that they do.
    Raises AuthenticationImpossible.
    """
    offered = tuple(offered)
    listed = ", ".join(offered) or "none"
    if wanted and wanted not in offered:
        raise AuthenticationImpossible(f"AUTH {wanted} is not offered (offered: {listed})")
    candidates = (wanted,) if wanted else tuple(name for name in STRENGTH if name in offered)
    if not candidates:
        raise AuthenticationImpossible(
            f"a password is configured, but no usable AUTH is offered (offered: {listed})"
        )
    for name in candidates:
        if confidential or name not in REVEALING:
            return name
    raise AuthenticationImpossible(
        f"AUTH {candidates[0]} would show the password to anyone listening, as the connection is not protected by "
        "verified TLS; use tls=starttls, or auth_clear=yes if that is meant"
    )


def _base64(data: bytes) -> bytes:
    return binascii.b2a_base64(data, newline=False) or b"="
