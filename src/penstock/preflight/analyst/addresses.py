"""Where a link leads, judged by its text alone: what cannot be opened, what nobody has replaced yet, what only opens here. Pure."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import SplitResult, urlsplit

from penstock.audience.address import AddressError, parse
from penstock.platform.internet import is_public
from penstock.preflight.analyst.findings import NOTE, WARNING

OTHERS: Final = frozenset(
    {"mailto", "tel", "sms", "smsto", "webcal", "geo", "whatsapp", "facetime", "ftp", "ftps"}
)
"""Kinds of links beside web pages that readers open."""
NEVER: Final = frozenset({"javascript", "vbscript", "data", "file", "about", "blob", "cid", "chrome"})
"""Kinds of links that mail readers take away, or that lead nowhere from a mail."""
SAMPLES: Final = ("example.com", "example.net", "example.org", "example.edu", "domain.com", "yourdomain.com", "mysite.com",
                  "yoursite.com", "website.com")  # fmt: skip
"""Names that stand for another in instructions and templates (RFC 2606 §3, and those that templates come with)."""
LOCAL: Final = (
    ".localhost",
    ".local",
    ".internal",
    ".lan",
    ".home.arpa",
    ".test",
    ".invalid",
    ".example",
    ".intranet",
    ".corp",
)
LONGEST: Final = 2_000
"""Characters of an address."""
SHORTENERS: Final = frozenset(
    {"bit.ly", "tinyurl.com", "goo.gl", "t.co", "ow.ly", "is.gd", "buff.ly", "rebrand.ly", "cutt.ly"}
)

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_PLACEHOLDER = re.compile(
    r"(insert|your|enter|put|add)[ _-]*(link|url|address|site)|^(link|url|todo|tbd|xxx+)$|lorem|\[[^\]]*\]$",
    re.I,
)
_WEB_LIKE = re.compile(r"(www\.|[a-z0-9-]+\.(com|org|net|eu|io|de|fr|uk|ca|us)\b)", re.I)


class Fault(NamedTuple):
    """What is wrong with an address, and what to do."""

    severity: str
    code: str
    text: str
    cure: str


@lru_cache(maxsize=65_536)
def fault(url: str) -> Fault | None:
    """Return what is wrong with the address of a link or picture; None when it is fit. White space around it does not count."""
    url = url.strip()
    if not url or url == "#":
        return Fault(WARNING, "link_empty", "leads nowhere", "Give it an address, or take the link away.")
    if len(url) > LONGEST:
        text = f"has {len(url):,} characters; many readers and servers give up beyond {LONGEST:,}"
        return Fault(WARNING, "link_invalid", text, "Shorten it.")
    if url.startswith("#"):
        return None  # within the letter
    if _PLACEHOLDER.search(url):
        return Fault(WARNING, "link_placeholder", "is a placeholder", "Put the real address in its place.")
    if re.search(r"\s", url):
        return Fault(WARNING, "link_invalid", "has a space in it", "Write %20 for a space.")
    scheme = _SCHEME.match(url)
    if scheme is None or (
        scheme[1].lower() not in NEVER | OTHERS | {"http", "https"} and _WEB_LIKE.match(url)
    ):
        return _without_scheme(url)
    kind = scheme[1].lower()
    if kind in NEVER:
        return Fault(
            WARNING,
            "link_forbidden",
            f"is of the kind {kind}:, which mail readers take away",
            "Link to a web page.",
        )
    if kind == "mailto":
        return _mailto(url)
    return _web(url, kind) if kind in ("http", "https") else None


def _without_scheme(url: str) -> Fault:
    told = (
        "has no https:// before it"
        if _WEB_LIKE.match(url)
        else "is relative, and a letter has no page that it could be relative to"
    )
    return Fault(WARNING, "link_invalid", told, "Write the whole address, with https:// before it.")


def _mailto(url: str) -> Fault | None:
    to = url[7:].partition("?")[0]
    try:
        for address in filter(None, to.split(",")):
            parse(address.replace("%40", "@"))
    except AddressError as error:
        return Fault(
            WARNING, "link_invalid", f"is no e-mail address: {error}", "Write mailto:name@example.org."
        )
    return None


def _web(url: str, kind: str) -> Fault | None:
    try:
        parts = urlsplit(url)
        host, _ = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        return Fault(
            WARNING, "link_invalid", f"cannot be read: {error}", "Copy it from the browser's address bar."
        )
    if not host or host in ("http", "https"):
        return Fault(
            WARNING, "link_invalid", "names no server", f"Write it as {kind}://www.example.org/page."
        )
    return _host(host) or _manners(parts, host, kind)


def _host(host: str) -> Fault | None:
    if host in SAMPLES or host.endswith(tuple(f".{name}" for name in SAMPLES)):
        return Fault(
            WARNING,
            "link_placeholder",
            f"leads to {host}, a name used in examples",
            "Put the real address in its place.",
        )
    try:
        private = not is_public(ipaddress.ip_address(host))
    except ValueError:
        private = host == "localhost" or f".{host}".endswith(LOCAL)
        if not private and "." not in host:
            private = True
        if not private and (
            ".." in host or host.startswith(".") or not re.fullmatch(r"[^\s/@:<>\"']{1,253}", host)
        ):
            return Fault(
                WARNING, "link_invalid", f"names {host!r}, which is no host name", "Correct the address."
            )
    if private:
        return Fault(WARNING, "link_private", f"leads to {host}, which only machines near yours can open",
                     "Link to an address of the open internet; for Penstock's own links, set PENSTOCK_BASE_URL.")  # fmt: skip
    return None


def _manners(parts: SplitResult, host: str, kind: str) -> Fault | None:
    if parts.username is not None:
        return Fault(
            WARNING, "link_invalid", "holds a user name before an @, as deceivers do", "Leave it out."
        )
    if host in SHORTENERS:
        return Fault(
            NOTE,
            "link_shortened",
            f"hides where it leads behind {host}; filters distrust that",
            "Link to the page itself.",
        )
    if kind == "http":
        return Fault(
            NOTE,
            "link_insecure",
            "is http, not https; browsers warn of it",
            "Use https where the server has it.",
        )
    return None
