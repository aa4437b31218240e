"""What goes wrong before SMTP is spoken, in words, with a cure."""

from __future__ import annotations

import os
import socket
import ssl
from typing import Protocol

from penstock.transport.reply import Reply, Trouble
from penstock.transport.smtp.connect import Inward
from penstock.transport.smtp.server import Server
from penstock.transport.smtp.tls import AuthoritiesUnreadable


class TransportError(Exception):
    """No connection, and why: `trouble` has the reply, the message a sentence and a cure."""

    def __init__(self, trouble: Trouble, server: Server) -> None:
        self.trouble = trouble
        self.reply = trouble.reply
        super().__init__(describe(trouble, server))


class Named(Protocol):
    """Terms that name a host; as text HOST:PORT."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...


def connect_failure(error: BaseException, server: Named) -> Trouble:
    """The trouble of which `error` tells: raised while the connection was made, TLS from the first byte included."""
    if isinstance(error, (ssl.SSLError, ssl.CertificateError)):
        return tls_failure(error, server)
    if isinstance(error, Inward):
        return _trouble("connect", "5.7.1", str(error), True, server)
    if isinstance(error, socket.gaierror):
        unknown = error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
        if unknown:
            return _trouble(
                "connect", "5.4.4", f"the host name {server.host} is not known to DNS", True, server
            )
        return _trouble(
            "connect",
            "4.4.3",
            f"the host name {server.host} cannot be looked up now ({_words(error)})",
            False,
            server,
        )
    if isinstance(error, UnicodeError):
        return _trouble("connect", "5.4.4", f"{server.host!r} is not a host name", True, server)
    if isinstance(error, TimeoutError):
        return _trouble("connect", "4.4.1", f"timed out: {server} does not answer", False, server)
    return _trouble("connect", "4.4.1", f"cannot connect to {server} ({_words(error)})", False, server)


def tls_failure(error: BaseException, server: Named) -> Trouble:
    """The trouble of a TLS handshake that failed with `error`."""
    if isinstance(error, AuthoritiesUnreadable):
        return _trouble("tls", "5.7.5", str(error), True, server)
    if isinstance(error, ssl.SSLCertVerificationError):
        text = f"the certificate of {server} cannot be trusted: {error.verify_message or _words(error)}"
        return _trouble("tls", "5.7.5", text, True, server)
    if isinstance(error, ssl.SSLError) and error.reason in (
        "WRONG_VERSION_NUMBER",
        "HTTP_REQUEST",
        "UNKNOWN_PROTOCOL",
    ):
        return _trouble("tls", "5.7.5", f"{server} does not speak TLS from the first byte", True, server)
    return _trouble(
        "tls", "4.7.5", f"the TLS handshake with {server} failed ({_words(error)})", False, server
    )


def describe(trouble: Trouble, server: Server) -> str:
    """`trouble` as a sentence and what to do about it."""
    reply = trouble.reply
    if reply.code:
        happened = f"{server} answered {reply.command.upper()} with: {reply}"
    else:
        named = str(server) in reply.text or "host name" in reply.text
        happened = f"{reply.text[:1].upper()}{reply.text[1:]}" if named else f"{server}: {reply.text}"
    return f"{happened.rstrip('.')}. {cure(trouble, server)}"


def cure(trouble: Trouble, server: Server) -> str:
    """What to do about `trouble`, in a sentence."""
    reply, permanent = trouble
    if reply.command == "auth":
        if reply.code:
            return "Check user name and password; if they are right, name a mechanism with ?auth=plain, login or xoauth2."
        return "See which of ?auth=, ?tls= and ?auth_clear= of the transport's URL fits this server."
    if reply.command == "tls":
        return _tls_cure(reply, server)
    if reply.command == "connect":
        if reply.enhanced == "5.4.4":
            return "Check the spelling of the host in the transport's URL."
        return f"Check that the server runs, that the port is right, and that no firewall stands between (port {server.port})."
    if permanent:
        return "The server will not talk to this machine; ask its operator, and mind the address and name we come from."
    return "Nothing was sent. This may pass: try again in some minutes."


def _tls_cure(reply: Reply, server: Server) -> str:
    if "first byte" in reply.text:
        return "Use smtp:// with ?tls=starttls for this port; smtps:// is for port 465."
    if reply.enhanced == "5.7.10":
        return "Use the server's port for submission (587), or ?tls=none if clear text is meant."
    if "cannot be read" in reply.text:
        return "Correct ?cafile= of the transport's URL: a file with certificates in PEM form, readable for this user."
    if "trust" in reply.text:
        return (
            f"Use the host name that stands in the certificate instead of {server.host}, name its authority with "
            "?cafile=FILE, or give up verification with ?verify=no."
        )
    return "Check that the server's TLS is set up; ?tls= of the transport's URL says when TLS is used."


def _trouble(command: str, enhanced: str, text: str, permanent: bool, server: Named) -> Trouble:
    return Trouble(Reply(0, enhanced, text, command, str(server)), permanent)


def _words(error: BaseException) -> str:
    """The system's words for `error`, without its numbers and file names."""
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.replace("_", " ").lower()
    if isinstance(error, OSError) and error.errno is not None and not isinstance(error, socket.gaierror):
        return os.strerror(error.errno).lower()
    return str(error).lower() or type(error).__name__
