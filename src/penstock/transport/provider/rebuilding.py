"""A message for the wire taken apart again: providers take its parts, and make a message of their own."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr
from typing import Final

from penstock.transport.envelope import Envelope

THEIRS: Final = frozenset({
    "from", "to", "subject", "date", "mime-version", "dkim-signature", "return-path", "received", "cc", "bcc",
})  # fmt: skip
"""Header fields that a provider writes itself, and the content-* ones."""


@dataclass(frozen=True)
class Parts:
    """What a message is made of. `headers` are those that the provider is to copy.

    `mark` is what its return path says of the recipient, which the provider puts one of its own in the place of.
    """

    sender: str
    to: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    attachments: list[tuple[str, bytes, str]]  # name, content, type
    mark: str = ""


def parts_of(envelope: Envelope) -> Parts:
    """Take the message of an envelope apart."""
    parsed = message_from_bytes(unstuffed(envelope.data), policy=default)
    text, html = parsed.get_body(("plain",)), parsed.get_body(("html",))
    return Parts(
        sender=str(parsed["from"] or ""),
        to=_to(str(parsed["to"] or ""), envelope.recipient.decode()),
        subject=str(parsed["subject"] or ""),
        text=str(text.get_content()) if text else "",
        html=str(html.get_content()) if html else "",
        headers={name: str(value) for name, value in parsed.items() if _is_ours(name)},
        attachments=[_attachment(part) for part in parsed.iter_attachments()],
        mark=mark_of(envelope.sender),
    )


def mark_of(sender: bytes) -> str:
    """What stands behind the + of a variable return path, as bounce+7-11-0af3@example.org; "" where there is none."""
    local, _, _ = sender.rpartition(b"@")
    _, plus, mark = local.rpartition(b"+")
    return mark.decode("ascii", "ignore") if plus else ""


def unstuffed(data: bytes) -> bytes:
    """The message without the dot that ends it and those that were put before dots (RFC 5321 §4.5.2)."""
    return data.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")


def _to(header: str, recipient: str) -> str:
    """The recipient, with the name that the header gives."""
    return header if parseaddr(header)[1] == recipient else recipient


def _is_ours(name: str) -> bool:
    return name.lower() not in THEIRS and not name.lower().startswith("content-")


def _attachment(part: EmailMessage) -> tuple[str, bytes, str]:
    content = part.get_payload(decode=True)
    return part.get_filename() or "", content if isinstance(content, bytes) else b"", part.get_content_type()
