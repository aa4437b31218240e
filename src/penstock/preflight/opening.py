"""Opening a message as a mail program does: from the bytes that came to the headers, the HTML and the text. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

_READS = policy.SMTP.clone(raise_on_defect=False)


@dataclass(frozen=True)
class Opened:
    """What somebody sees of a message. `headers` in their order, unfolded and decoded; `html` or `text` None: there is no such part."""

    subject: str
    headers: list[tuple[str, str]]
    html: str | None
    text: str | None


def opened(raw: bytes) -> Opened:
    """Read a message (RFC 5322)."""
    message = BytesParser(EmailMessage, policy=_READS).parsebytes(raw)
    headers = [(name, " ".join(str(value).split())) for name, value in message.items()]
    return Opened(
        next((value for name, value in headers if name.lower() == "subject"), ""),
        headers,
        _part(message, "html"),
        _part(message, "plain"),
    )


def unstuffed(data: bytes) -> bytes:
    """Return a message as it is, from what follows DATA (RFC 5321 §4.5.2): without the stuffed dots and the last one."""
    text = data.removesuffix(b".\r\n")
    return (b"\r\n" + text).replace(b"\r\n..", b"\r\n.")[2:]


def _part(message: EmailMessage, subtype: str) -> str | None:
    found = message.get_body((subtype,))
    if found is None:
        return None
    raw = found.get_payload(decode=True)
    assert isinstance(raw, bytes)
    return raw.decode(found.get_content_charset("utf-8"), "replace").replace("\r\n", "\n")
