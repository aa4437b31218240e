"""An IMAP session with a mailbox: imaplib's, bounded in time and octets, for the server is somebody else's.

UIDs name messages (RFC 3501 §2.3.1.1): while UIDVALIDITY is the same they grow, and none is given twice.
"""

from __future__ import annotations

import ast
import base64
import imaplib
import re
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from penstock.feedback.mailboxes.address import PORTS, Place
from penstock.transport.reply import sanitise

SILENCE: Final = 20.0
"""Seconds that the server may say nothing."""
SESSION: Final = 50.0
"""Seconds for everything: what is left is read the next time."""
KEPT: Final = 1_000_000
"""Octets of a message that are fetched; reports stand in front."""
_LITERAL: Final = 2 * KEPT
_OCTETS: Final = 300_000_000
"""What a server may say in one session."""
_WINDOW: Final = 20_000
"""UIDs that are asked for at once: the answer is one line."""
_WORDS: Final = 200
_OCTETS_WRITTEN: Final = re.compile(r"""b'(?:[^'\\]|\\.)*'|b"(?:[^"\\]|\\.)*\"""")
"""What imaplib quotes of a server's words: the way Python writes octets, which is no way to say them to people."""


class MailboxTrouble(Exception):
    """A mailbox could not be read; the text says why and what to do, for people."""


class _Bounded(imaplib.IMAP4):
    """imaplib's client, which ends when the server speaks for too long or too much."""

    def open(self, host: str = "", port: int = PORTS["imap"], timeout: float | None = None) -> None:
        self._until = time.monotonic() + SESSION
        self._left = _OCTETS
        super().open(host, port, timeout)

    def read(self, size: int) -> bytes:
        if size > _LITERAL:
            raise self.abort(f"a literal of {size} octets")
        self._spend(size)
        return super().read(size)

    def readline(self) -> bytes:
        line = super().readline()
        self._spend(len(line))
        return line

    def _spend(self, octets: int) -> None:
        self._left -= octets
        if self._left < 0:
            raise self.abort("too much was said in one session")
        if time.monotonic() > self._until:
            raise TimeoutError


class _BoundedTls(_Bounded, imaplib.IMAP4_SSL):  # type: ignore[misc]
    """The same over TLS from the start."""


class Session:
    """A mailbox that is open at one folder. Everything raises MailboxTrouble."""

    def __init__(self, client: imaplib.IMAP4, place: Place, folder: str) -> None:
        self._client, self._place, self._folder = client, place, folder
        self.uidvalidity = 0
        self._next = 0

    @property
    def over(self) -> bool:
        """Whether the time of the session is nearly used up."""
        return time.monotonic() > getattr(self._client, "_until", 0.0) - SILENCE / 2

    def select(self, *, readonly: bool) -> None:
        """Open the folder."""
        with _told(self._place):
            status, said = self._client.select(quoted(self._folder), readonly)
            if status != "OK":
                raise MailboxTrouble(
                    f"The folder {self._folder} cannot be opened: {_first(said)}. Correct its name."
                )
            self.uidvalidity = _number(self._client.response("UIDVALIDITY")[1])
            self._next = _number(self._client.response("UIDNEXT")[1])
        if not self.uidvalidity:
            raise MailboxTrouble(
                "The server gives messages no lasting numbers (UIDVALIDITY); it cannot be used."
            )

    def after(self, uid: int) -> Iterator[int]:
        """Go through the UIDs of the messages behind `uid` that are not deleted, the oldest first."""
        first = uid + 1
        while True:
            last = str(first + _WINDOW - 1) if self._next else "*"
            for found in self._search(f"{first}:{last}"):
                if found >= first:  # `n:*` means the last message, too, where it is before n
                    yield found
            first += _WINDOW
            if not self._next or first >= self._next:
                return

    def _search(self, which: str) -> list[int]:
        with _told(self._place):
            status, said = self._client.uid("SEARCH", "UID", which, "UNDELETED")
            if status != "OK":
                raise MailboxTrouble(f"The server does not search: {_first(said)}.")
        words = b" ".join(part for part in said if part).split()
        return sorted(found for word in words if (found := _read_number(word)))

    def fetch(self, uid: int) -> bytes | None:
        """Return the first KEPT octets of a message, which stays unseen; None when it is gone."""
        with _told(self._place):
            status, said = self._client.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{KEPT}>)")
            if status != "OK":
                raise MailboxTrouble(f"The server does not give message {uid}: {_first(said)}.")
        return next((bytes(part[1]) for part in said if isinstance(part, tuple)), None)

    def see(self, uid: int) -> None:
        """Mark a message as seen."""
        self._store(uid, r"(\Seen)")

    def delete(self, uid: int) -> None:
        """Delete a message, and no other that somebody marked: without UIDPLUS (RFC 4315) it stays marked."""
        self._store(uid, r"(\Seen \Deleted)")
        if "UIDPLUS" in self._client.capabilities:
            with _told(self._place):
                self._client.uid("EXPUNGE", str(uid))

    def move(self, uid: int, folder: str) -> None:
        """Move a message to another folder (RFC 6851), which is made where it is missing."""
        verb = "MOVE" if "MOVE" in self._client.capabilities else "COPY"
        with _told(self._place):
            status, said = self._client.uid(verb, str(uid), quoted(folder))
            if status != "OK":
                self._client.create(quoted(folder))
                status, said = self._client.uid(verb, str(uid), quoted(folder))
            if status != "OK":
                raise MailboxTrouble(
                    f"Messages cannot be moved to the folder {folder}: {_first(said)}. Choose another."
                )
        if verb == "COPY":
            self.delete(uid)

    def _store(self, uid: int, flags: str) -> None:
        with _told(self._place):
            status, said = self._client.uid("STORE", str(uid), "+FLAGS.SILENT", flags)
            if status != "OK":
                raise MailboxTrouble(
                    f"Messages cannot be marked: {_first(said)}. Choose to leave them as they are."
                )


@contextmanager
def session(place: Place, folder: str, *, readonly: bool) -> Iterator[Session]:
    """Log in, open the folder, and log out at the end. Raises MailboxTrouble."""
    with _told(place):
        client = _connected(place)
    try:
        with _told(place):
            _log_in(client, place)
        found = Session(client, place, folder)
        found.select(readonly=readonly)
        yield found
    finally:
        try:
            client.logout()
        except Exception:  # noqa: S110 - it hung up first, or says good-bye in its own way
            pass


def _connected(place: Place) -> imaplib.IMAP4:
    if place.tls == "none":
        return _Bounded(place.host, place.port, SILENCE)
    context = ssl.create_default_context(cafile=place.cafile or None)
    if place.tls == "implicit":
        return _BoundedTls(place.host, place.port, ssl_context=context, timeout=SILENCE)
    client = _Bounded(place.host, place.port, SILENCE)
    try:
        client.starttls(context)
    except BaseException:
        client.shutdown()
        raise
    return client


def _log_in(client: imaplib.IMAP4, place: Place) -> None:
    """By PLAIN (RFC 4616), which takes every sign of a password, where it is offered; else by LOGIN."""
    try:
        if "AUTH=PLAIN" in client.capabilities:
            words = f"\0{place.username}\0{place.password}".encode()
            client.authenticate("PLAIN", lambda _: words)
        else:
            client._encoding = "utf-8"  # type: ignore[attr-defined]
            status, said = client._simple_command("LOGIN", _string(place.username), _string(place.password))
            if status != "OK":
                raise client.error(_first(said))
            client.state = "AUTH"
        said = client.capability()[1]  # servers offer more to whom they know
        client.capabilities = tuple(sanitise(said[-1] or b"").upper().split())
    except client.abort:
        raise
    except client.error as error:
        raise MailboxTrouble(
            f"The server does not let {place.username} in: {_words(error)}. Check user and password."
        ) from None


@contextmanager
def _told(place: Place) -> Iterator[None]:
    """Say in words what goes wrong within."""
    where = f"{place.host}:{place.port}"
    try:
        yield
    except MailboxTrouble:
        raise
    except ssl.SSLCertVerificationError as error:
        raise MailboxTrouble(
            f"The certificate of {where} is not to be trusted: {error.verify_message}."
        ) from None
    except ssl.SSLError as error:
        raise MailboxTrouble(
            f"TLS with {where} fails: {_words(error.reason or error)}. Check the port."
        ) from None
    except socket.gaierror:
        raise MailboxTrouble(f"There is no host {place.host} in the DNS. Check its name.") from None
    except TimeoutError:
        raise MailboxTrouble(f"{where} says nothing, or is too slow. It is tried again.") from None
    except OSError as error:
        raise MailboxTrouble(f"{where} cannot be reached: {error.strerror or _words(error)}.") from None
    except imaplib.IMAP4.error as error:
        words = f"{where} breaks off or answers what cannot be read: {_words(error)}."
        raise MailboxTrouble(words) from None
    except (
        Exception
    ) as error:  # imaplib takes apart what servers of its time said; what others say may break it anywhere
        raise MailboxTrouble(f"{where} answers what cannot be read ({type(error).__name__}).") from error


def quoted(folder: str) -> str:
    """Return a folder's name as it is said: in modified UTF-7 (RFC 3501 §5.1.3) and quoted."""
    pieces = re.split(r"([^\x20-\x7e]+)", folder)
    return _string("".join(
        piece.replace("&", "&-") if number % 2 == 0 else f"&{_base64(piece)}-" for number, piece in enumerate(pieces)
    ))  # fmt: skip


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")


def _string(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _number(said: list[Any]) -> int:
    last = said[-1] if said else None
    return _read_number(last) if isinstance(last, bytes) else 0


def _read_number(word: bytes) -> int:
    """Return a number of a message or a folder, 0 for what is none: they have 32 bits (RFC 3501 §9, nz-number)."""
    found = int(word) if len(word) <= 10 and word.isdigit() else 0
    return found if found < 2**32 else 0


def _first(said: list[Any]) -> str:
    return _words(next((part for part in said if isinstance(part, bytes)), b"no reason given"))


def _words(said: object) -> str:
    if isinstance(said, Exception) and said.args and isinstance(said.args[0], bytes):
        said = said.args[0]  # the greeting, as imaplib raises it
    text = said if isinstance(said, bytes) else _OCTETS_WRITTEN.sub(_read_octets, str(said))
    return sanitise(text)[:_WORDS].rstrip(".")


def _read_octets(written: re.Match[str]) -> str:
    try:
        return sanitise(bytes(ast.literal_eval(written[0])))
    except (ValueError, SyntaxError, RecursionError):
        return ""
