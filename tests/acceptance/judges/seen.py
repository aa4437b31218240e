"""The judges of MIME: what Python's `email` and npm's `mailparser` make of a message, in one shape."""

import json
import os
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, message_from_string, policy
from email.errors import NonASCIILocalPartDefect
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from tests import needs as system
from tests.acceptance.judges.meaning import Mailboxes, in_a_labels, one_line

_SLOW = {"received", "dkim-signature", "list-unsubscribe"}
"""Fields without a meaning to `email` that it takes its time to read."""
_PARSING = Path(__file__).with_name("parsing.cjs")
_MODULES = Path(__file__).parents[3] / "build" / "judges" / "node_modules"


@dataclass(frozen=True)
class Seen:
    """A message as a judge sees it."""

    subject: str
    sender: Mailboxes
    to: Mailboxes
    reply_to: Mailboxes
    message_id: str
    date: datetime
    text: str | None
    html: str | None
    fields: list[str]
    values: dict[str, str]
    """What unstructured fields say, by name in lower case."""


def by_email(data: bytes) -> Seen:
    """As Python's `email` sees it, which must not find anything amiss.

    The fields are read from text: reading octets, `email` knows nothing of fields in UTF-8 (RFC 6532), which an address may need.
    """
    whole = message_from_bytes(data, policy=policy.default)
    head = message_from_string(data.partition(b"\r\n\r\n")[0].decode() + "\r\n\r\n", policy=policy.compat32)
    parts = [part for part in whole.walk() if not part.is_multipart()]
    assert not [each.defects for each in (whole, *parts) if each.defects]
    factory = policy.default.header_factory
    fields = [
        (name, factory(name, _unfolded(text))) for name, text in head.items() if name.lower() not in _SLOW
    ]
    defects = [defect for _, value in fields for defect in value.defects]
    assert not [defect for defect in defects if not isinstance(defect, NonASCIILocalPartDefect)]
    kinds = [part.get_content_type() for part in parts]
    assert kinds in (["text/plain"], ["text/html"], ["text/plain", "text/html"])
    texts = {kind: part.get_content() for kind, part in zip(kinds, parts, strict=True)}
    value = {name.lower(): read for name, read in fields}
    return Seen(
        one_line(value["subject"]), _people(value["from"]), _people(value["to"]), _people(value.get("reply-to")),
        str(value["message-id"]), parsedate_to_datetime(str(value["date"])), texts.get("text/plain"), texts.get("text/html"),
        [name.lower() for name in head], {name: one_line(text) for name, text in value.items()},
    )  # fmt: skip


def _unfolded(text: str) -> str:
    return re.sub(r"\r?\n", "", text)


def _people(field: Any) -> Mailboxes:
    return [(a.display_name, in_a_labels(a.addr_spec)) for a in field.addresses] if field is not None else []


def by_mailparser(messages: Iterable[bytes]) -> list[Seen]:
    """As npm's `mailparser` sees them, in their order."""
    node = system.needs("node", "nodejs npm")
    if not (_MODULES / "mailparser").is_dir():
        system.missing("mailparser is not installed: apt install nodejs npm, then make judges")
    framed = b"".join(len(data).to_bytes(4, "big") + data for data in messages)
    ran = subprocess.run([node, str(_PARSING)], input=framed, capture_output=True, check=False, timeout=90,
                         env={**os.environ, "NODE_PATH": str(_MODULES)})  # fmt: skip
    assert ran.returncode == 0, ran.stderr.decode()
    return [_seen(json.loads(line)) for line in ran.stdout.splitlines()]


def _seen(found: dict[str, Any]) -> Seen:
    assert found["attachments"] == 0
    return Seen(
        one_line(found["subject"]), *([(name, in_a_labels(address)) for name, address in found[key]] for key in ("from", "to", "replyTo")),
        found["messageId"], datetime.fromisoformat(found["date"]), found["text"], found["html"], found["fields"], {},
    )  # fmt: skip
