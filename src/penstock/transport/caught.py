"""Reading what a catching server has caught: a Maildir, newest first, one message at a time."""

import email
import email.policy
import heapq
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Final

_KEY: Final = re.compile(r"[A-Za-z0-9._-]{1,200}")
LOOKED_THROUGH: Final = 5000
"""Messages that a search opens, the newest first: the demo's catch is small, a trial's may not be."""


@dataclass(frozen=True, slots=True)
class Heading:
    """One message that was caught. `key` is the name of its file: unique, and the newest is the greatest."""

    key: str
    sender: str
    to: str
    subject: str
    at: datetime


def is_there(folder: Path) -> bool:
    """Tell whether anything is caught there."""
    return (folder / "new").is_dir()


def newest(folder: Path, *, limit: int, before: str | None = None, search: str = "") -> list[Heading]:
    """Return the newest messages, those caught before the message `before`; with `search` only those whose recipient or subject has it."""
    wanted, found = search.casefold(), []
    for key in heapq.nlargest(LOOKED_THROUGH if wanted else limit, _keys(folder, before)):
        heading = _heading(folder, key)
        if heading and (wanted in heading.to.casefold() or wanted in heading.subject.casefold()):
            found.append(heading)
            if len(found) == limit:
                break
    return found


def read(folder: Path, key: str) -> bytes | None:
    """Return one message as it arrived; None when there is none of this name."""
    if not _KEY.fullmatch(key) or key.startswith("."):
        return None
    try:
        return (folder / "new" / key).read_bytes()
    except FileNotFoundError:
        return None


def parsed(source: bytes) -> EmailMessage:
    """Return a message as Python's `email` understands it."""
    message = email.message_from_bytes(source, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def body(message: EmailMessage, kind: str) -> str | None:
    """Return its HTML (`html`) or text (`plain`) part, None where it has none."""
    part = message.get_body((kind,))
    if part is None:
        return None
    try:
        return str(part.get_content())
    except (LookupError, ValueError):  # a charset that nobody knows, or bytes that are none of it
        return bytes(part.get_payload(decode=True) or b"").decode("utf-8", "replace")


def _keys(folder: Path, before: str | None) -> Iterator[str]:
    try:
        with os.scandir(folder / "new") as entries:
            for entry in entries:
                if before is None or entry.name < before:
                    yield entry.name
    except FileNotFoundError:
        return


def _heading(folder: Path, key: str) -> Heading | None:
    """Return what the header says; None for a file that has just gone."""
    try:
        with (folder / "new" / key).open("rb") as file:
            header = BytesHeaderParser(policy=email.policy.default).parse(file)
            at = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
    except FileNotFoundError:
        return None
    return Heading(key, str(header["From"] or ""), str(header["To"] or ""), str(header["Subject"] or ""), at)
