"""Header fields: encoded-words (RFC 2047), folding at 78 with 998 as the limit (RFC 5322 §2.2.3), mailboxes."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.errors import HeaderParseError, InvalidHeaderDefect
from urllib.parse import quote

from penstock.content.lines import MAX_LINE
from penstock.content.message import Problem

_FOLD = 78
_WORD = 75
_NOT_ONE_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_Q_SAFE = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!*+-/")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_NAME = re.compile(r"[!-\-/-9;-~][!-9;-~]{0,69}")
_HOST = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")

STRUCTURAL = frozenset(
    {"from", "sender", "reply-to", "to", "cc", "bcc", "subject", "date", "message-id", "mime-version"}
    | {"return-path", "received", "list-unsubscribe", "list-unsubscribe-post", "dkim-signature"}
    | {"authentication-results", "in-reply-to", "references"}
)
"""Fields that the sender makes itself; a message may not bring its own."""
_STRUCTURAL_PREFIXES = ("content-", "resent-", "arc-")


@dataclass(frozen=True)
class Mailbox:
    """A display name with an address whose domain is in A-labels."""

    name: str
    local: str
    domain: str

    @property
    def address(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def normal(self) -> str:
        """The address by which senders are compared, in lower case as those of recipients are."""
        return self.address.lower()


def field_bytes(name: str, text: str) -> bytes:
    """The unstructured field ``name`` with its CRLF. Whatever ``text`` holds, the result is one field."""
    if not (text.isascii() and text.isprintable()):
        text = _NOT_ONE_LINE.sub(" ", text)
    text = text.strip()
    if text.isascii() and "=?" not in text:
        if len(name) + len(text) + 2 <= _FOLD:
            return f"{name}: {text}\r\n".encode("ascii")
        folded = _folded(name, text)
        if folded is not None:
            return folded
    return _with_words(name, text)


def _folded(name: str, text: str) -> bytes | None:
    """Fold ASCII text at its white space; None if a word is too long for a line."""
    lines = [f"{name}:"]
    for word in re.findall(r"\s*\S+", " " + text):
        if len(lines[-1]) + len(word) > _FOLD and lines[-1] != f"{name}:":
            lines.append(word)
        else:
            lines[-1] += word
    return None if max(map(len, lines)) > MAX_LINE else ("\r\n".join(lines) + "\r\n").encode("ascii")


def _with_words(name: str, text: str) -> bytes:
    words = list(encoded_words(text, _FOLD - len(name) - 2))
    return f"{name}: ".encode("ascii") + b"\r\n ".join(words) + b"\r\n"


def encoded_words(text: str, room: int) -> Iterator[bytes]:
    """``text`` as encoded-words of at most 75 octets (the first: ``room``), whole characters in each."""
    raw = text.encode()
    as_q = sum(1 if octet in _Q_SAFE or octet == 32 else 3 for octet in raw) <= (len(raw) * 4 + 2) // 3
    encode = _q if as_q else b64encode
    chunk, limit = b"", max(min(_WORD, room), 30) - len("=?utf-8?q??=")
    for character in text:
        longer = chunk + character.encode()
        if chunk and len(encode(longer)) > limit:
            yield b"=?utf-8?%b?%b?=" % (b"q" if as_q else b"b", encode(chunk))
            chunk, limit = character.encode(), _WORD - len("=?utf-8?q??=")
        else:
            chunk = longer
    yield b"=?utf-8?%b?%b?=" % (b"q" if as_q else b"b", encode(chunk))


def _q(raw: bytes) -> bytes:
    return b"".join(
        b"_" if octet == 32 else bytes((octet,)) if octet in _Q_SAFE else b"=%02X" % octet for octet in raw
    )


def mailboxes_bytes(name: str, mailboxes: list[Mailbox]) -> bytes:
    """An address field such as From or Reply-To, with its CRLF, one mailbox a line."""
    return (
        f"{name}: ".encode("ascii") + b",\r\n ".join(_mailbox(m, len(name) + 2) for m in mailboxes) + b"\r\n"
    )


def _mailbox(mailbox: Mailbox, used: int) -> bytes:
    address = mailbox.address.encode("ascii")
    if not mailbox.name:
        return address
    if not mailbox.name.isascii() or "=?" in mailbox.name or len(mailbox.name) > 500:
        phrase = b"\r\n ".join(encoded_words(mailbox.name, _FOLD - used))
    elif _ATOMS.fullmatch(mailbox.name):
        phrase = mailbox.name.encode("ascii")
    else:
        phrase = b'"%b"' % re.sub(r'(["\\])', r"\\\1", mailbox.name).encode("ascii")
    last = len(phrase) - max(phrase.rfind(b"\n"), 0)
    return phrase + (b"\r\n <" if used + last + len(address) + 3 > _FOLD else b" <") + address + b">"


def parse_mailboxes(text: str, where: str, *, several: bool) -> list[Mailbox] | Problem:
    """Read the author's address field; a Problem if it is not one (or, with ``several``, some) mailboxes."""
    cure = "Write it as Name <name@example.org>; a name with a comma or an @ goes into double quotes."
    if _NOT_ONE_LINE.search(text):
        return Problem(where, 0, "line breaks and control characters are not allowed here", cure)
    try:
        parsed = policy.default.header_factory("From", text)
        found = [Mailbox(a.display_name, a.username, a_labels(a.domain)) for a in parsed.addresses]
    except (HeaderParseError, ValueError, IndexError, AttributeError) as error:
        return Problem(where, 0, f"{text!r} is not an address ({error})", cure)
    if not found or (len(found) > 1 and not several) or not all(m.local and m.domain for m in found):
        return Problem(
            where, 0, f"{text!r} is not {'a list of addresses' if several else 'one address'}", cure
        )
    if not all(m.local.isascii() and m.local.isprintable() and " " not in m.local for m in found):
        return Problem(
            where, 0, f"{text!r} has an address that not every server can carry", "Use an ASCII local part."
        )
    if len(parsed.groups) != len(found) or any(isinstance(d, InvalidHeaderDefect) for d in parsed.defects):
        return Problem(where, 0, f"{text!r} has more in it than an address", cure)
    if any(group.display_name is not None for group in parsed.groups):
        return Problem(where, 0, f"{text!r} is a group of addresses, which not every server takes", cure)
    if any("route" in str(defect) for defect in parsed.defects):
        return Problem(where, 0, f"{text!r} has a route before its address (RFC 5322 §4.4)", cure)
    return found


def a_labels(domain: str) -> str:
    """``domain`` in A-labels, lower case; ValueError if it is not a domain (an address literal is none)."""
    domain = domain.lower().removesuffix(".")
    if _HOST.fullmatch(domain):
        return domain
    if domain.startswith("["):
        raise ValueError("an address literal is no domain")
    import idna  # 10 ms that most senders never need

    return idna.encode(domain, uts46=True).decode("ascii").removesuffix(".")


def mailto(mailbox: Mailbox) -> str:
    """The start of a link that writes to ``mailbox`` with a token as the end of its subject."""
    return f"mailto:{quote(mailbox.local, safe='+-._')}@{mailbox.domain}?subject=unsubscribe%20"


def name_problem(name: str) -> Problem | None:
    """Why a message may not bring a field called ``name``."""
    where = f"header {name!r}"
    if not _NAME.fullmatch(name):
        return Problem(
            where,
            0,
            "this is not a field name",
            "Use ASCII letters, digits and hyphens, at most 70; no dot in front.",
        )
    lower = name.lower()
    if lower in STRUCTURAL or lower.startswith(_STRUCTURAL_PREFIXES):
        return Problem(where, 0, "this field is made by Penstock itself", "Leave it out.")
    return None
