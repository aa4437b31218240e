"""The opening of a connection: greeting, EHLO, STARTTLS, EHLO again, AUTH; without I/O.

Each reply leads to one of four things: bytes to write, `StartTLS`, the finished `Peer`, or `Trouble`.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from penstock.transport.envelope import Peer
from penstock.transport.reply import Reply, Trouble, parse, sanitise
from penstock.transport.smtp.auth import AuthenticationImpossible, Exchange, choose
from penstock.transport.smtp.server import Server


class StartTLS:
    """The peer agreed to STARTTLS: the next byte in either direction belongs to the TLS handshake."""


START_TLS: Final = StartTLS()
Step = bytes | StartTLS | Peer | Trouble


class _Awaited(Enum):
    """Which answer is awaited."""

    GREETING = "greeting"
    EHLO = "ehlo"
    HELO = "helo"
    STARTTLS = "starttls"
    TLS = "tls"
    AUTH = "auth"


class Handshake:
    """Brings a connection from its greeting to readiness.

    `loopback` says whether the peer is this machine; `secure` whether TLS runs already (implicit TLS); `clear` that
    opportunistic TLS was tried in vain and is left out this time.
    """

    def __init__(
        self, server: Server, peer: str, hello: str, *, loopback: bool, secure: str = "", clear: bool = False
    ) -> None:
        self._server = server
        self._peer = peer
        self._hello = hello.encode("ascii", "replace")
        self._loopback = loopback
        self._tls = secure
        self._without_tls = clear
        self._awaited = _Awaited.GREETING
        self._offer = Peer("")
        self._exchange: Exchange | None = None

    @property
    def command(self) -> str:
        """The command whose answer is awaited, as in Reply.command."""
        names = {_Awaited.HELO: "ehlo", _Awaited.STARTTLS: "tls"}
        return names.get(self._awaited, self._awaited.value)

    def answered(self, raw: bytes) -> Step:
        """Take one complete reply."""
        reply = parse(raw, self.command, self._peer)
        if reply.code == 421:
            return Trouble(reply, False)
        match self._awaited:
            case _Awaited.GREETING:
                return self._ehlo() if reply.code == 220 else Trouble(reply, reply.permanent)
            case _Awaited.EHLO | _Awaited.HELO:
                return self._introduced(reply, raw)
            case _Awaited.STARTTLS:
                return self._starttls_answered(reply)
            case _Awaited.AUTH:
                return self._auth_answered(reply, raw)
        return Trouble(self._local("4.5.0", f"an answer that nobody asked for: {reply}"), False)

    def secured(self, version: str) -> bytes:
        """The TLS handshake is done: everything the peer said before is forgotten (RFC 3207 §4.2)."""
        self._tls = version
        return self._ehlo()

    def _ehlo(self) -> bytes:
        self._awaited = _Awaited.EHLO
        return b"EHLO %b\r\n" % self._hello

    def _introduced(self, reply: Reply, raw: bytes) -> Step:
        if reply.code == 250:
            self._offer = (
                read_offer(raw, self._tls)
                if self._awaited is _Awaited.EHLO
                else Peer(_name(raw), tls=self._tls)
            )
            return self._secure()
        if self._awaited is _Awaited.EHLO and reply.permanent:  # RFC 5321 §3.2: an old server
            self._awaited = _Awaited.HELO
            return b"HELO %b\r\n" % self._hello
        return Trouble(reply, reply.permanent)

    def _secure(self) -> Step:
        """After EHLO: TLS if it is wanted and not yet on."""
        policy = self._server.tls
        if self._tls or policy == "none" or (policy == "opportunistic" and self._without_tls):
            return self._authenticate()
        if self._offer.starttls:
            self._awaited = _Awaited.STARTTLS
            return b"STARTTLS\r\n"
        if policy == "opportunistic":
            return self._authenticate()
        self._awaited = _Awaited.STARTTLS
        return Trouble(
            self._local("5.7.10", "STARTTLS is required here and the server does not offer it"), True
        )

    def _starttls_answered(self, reply: Reply) -> Step:
        if reply.code == 220:
            self._awaited = _Awaited.TLS
            return START_TLS
        if self._server.tls == "opportunistic":
            return self._authenticate()
        return Trouble(reply, reply.permanent)

    @property
    def _confidential(self) -> bool:
        verified = bool(self._tls) and self._server.tls != "opportunistic"
        return verified or self._loopback or self._server.auth_clear

    def _authenticate(self) -> Step:
        server = self._server
        if not server.username:
            return self._offer
        self._awaited = _Awaited.AUTH
        try:
            mechanism = choose(server.auth, self._offer.mechanisms, confidential=self._confidential)
        except AuthenticationImpossible as error:
            return Trouble(self._local("5.7.4", str(error)), True)
        self._exchange = Exchange(mechanism, server.username, server.password)
        return self._exchange.command()

    def _auth_answered(self, reply: Reply, raw: bytes) -> Step:
        assert self._exchange is not None
        if reply.code == 235:
            self._exchange = None
            return self._offer
        if reply.code == 334:
            return self._exchange.respond(raw[4:].strip())
        self._exchange = None
        return Trouble(reply, reply.permanent)

    def _local(self, enhanced: str, text: str) -> Reply:
        return Reply(0, enhanced, text, self.command, self._peer)


def read_offer(raw: bytes, tls: str = "") -> Peer:
    """The extensions in a positive answer to EHLO; unknown ones and malformed values are passed over."""
    offered: dict[str, str] = {}
    for line in raw.splitlines()[1:]:
        keyword, _, value = line[4:].decode("ascii", "replace").partition(" ")
        offered.setdefault(keyword.upper(), value.strip())
        if keyword.upper().startswith("AUTH="):  # written so before RFC 2554 and still seen
            offered.setdefault("AUTH", f"{keyword[5:]} {value}".strip())
    size = offered.get("SIZE")
    return Peer(
        _name(raw),
        pipelining="PIPELINING" in offered,
        eightbitmime="8BITMIME" in offered,
        smtputf8="SMTPUTF8" in offered,
        size=None if size is None else int(size) if size.isascii() and size.isdecimal() else 0,
        starttls="STARTTLS" in offered,
        mechanisms=tuple(offered.get("AUTH", "").upper().split()),
        tls=tls,
    )


def _name(raw: bytes) -> str:
    """How the peer calls itself: the first word of its answer."""
    words = raw[4:].split(None, 1)
    return sanitise(words[0])[:255] if words else ""
