"""Telling machines from people by what they say of themselves. Pure.

It knows those that do not hide. Who looks like a browser and clicks two links within a second is found by the database
(feedback_unmask); who looks like a browser and is slow is taken for a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

Headers = Iterable[tuple[bytes, bytes]]
"""As ASGI has them: names in lower case."""

_PURPOSES: Final = frozenset({b"sec-purpose", b"purpose", b"x-purpose", b"x-moz"})
"""By which browsers say that nobody has asked for it yet (Fetch §2.2.5 `Sec-Purpose`; the others are older)."""
_AHEAD: Final = re.compile(rb"prefetch|prerender|preview", re.IGNORECASE)

_PRIVACY_PROXY: Final = "Mozilla/5.0"
"""All that Apple's Mail Privacy Protection says: it fetches every picture when the message arrives, read or not."""

_KNOWN: Final = (
    # What looks at mail for its recipient, and says so.
    "barracuda", "proofpoint", "mimecast", "messagelabs", "symantec", "ironport", "fireeye", "trellix", "trendmicro", "trend micro",
    "forcepoint", "websense", "zscaler", "fortinet", "fortiguard", "sophos", "mcafee", "bitdefender", "kaspersky", "cloudmark",
    "vadesecure", "hornetsecurity", "checkpoint", "urldefense", "safelinks", "virustotal", "urlscan", "phishtank",
    # What makes a small picture of a page for somebody who may look.
    "preview", "facebookexternalhit", "whatsapp", "telegram", "vkshare", "embedly", "iframely", "thumbnail",
    # What follows links for a living.
    "crawler", "spider", "slurp", "scan", "checklink", "linkcheck", "link check", "validator", "monitor", "uptime", "pingdom",
    # Programs.
    "python", "aiohttp", "httpx", "curl/", "wget", "libwww", "go-http-client", "java/", "okhttp", "apache-httpclient",
    "axios", "node-fetch", "undici", "guzzle", "ruby", "winhttp", "powershell", "headless", "phantomjs", "puppeteer", "playwright",
    "selenium", "postman", "insomnia",
)  # fmt: skip
_BOT: Final = re.compile(r"(?<!cu)bot(?![a-z])|bot/")
"""Googlebot, bingbot …; CUBOT makes telephones."""
LONGEST: Final = 512
"""Characters of a User-Agent that are looked at."""


def is_ahead(headers: Headers) -> bool:
    """Whether a browser fetches it in case somebody should want it."""
    return any(name in _PURPOSES and _AHEAD.search(value) is not None for name, value in headers)


@lru_cache(maxsize=4096)
def is_machine(agent: str) -> bool:
    """Whether this User-Agent is a machine's: one that says so, Apple's privacy proxy, or one that says nothing.

    Proxies that fetch when a person opens the message (Gmail's, Yahoo's) are that person.
    """
    agent = agent[:LONGEST].strip()
    if not agent or agent == _PRIVACY_PROXY:
        return True
    low = agent.lower()
    return any(word in low for word in _KNOWN) or _BOT.search(low) is not None


def kind_of(kind: str, *, machine: bool) -> str:
    """Return what it is called: opened or clicked by a person, prefetched or scanned by a machine."""
    return {"opened": "prefetched", "clicked": "scanned"}[kind] if machine else kind
