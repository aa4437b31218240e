"""The tags by which web analytics tell what brought a visitor: utm_source and its like, as parts of an address's query. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, quote

NAMES: Final = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
"""In the order in which they are written."""
SOURCE: Final = "penstock"
LONGEST: Final = 100
"""Characters of a tag's value."""
_VALUE = re.compile(rf"[A-Za-z0-9._-]{{1,{LONGEST}}}")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


def of_mailing(options: Mapping[str, Any], name: str, channel: str = "email") -> dict[str, str]:
    """Return the tags of a mailing, whose `options` go before its account's policy; nothing where it does not tag its links.

    Without a choice utm_source is penstock, utm_medium the channel, and utm_campaign the slug of the name; it is missing where the
    name has no letters or digits to make one of.
    """
    if options.get("utm_tags") != "on":
        return {}
    usual = {"utm_source": SOURCE, "utm_medium": channel, "utm_campaign": slug(name)}
    chosen = {tag: options[tag] for tag in NAMES if fault(options.get(tag, "")) is None}
    return {tag: value for tag, value in (usual | chosen).items() if value}


def slug(name: str) -> str:
    """Return a name in small Latin letters, digits and hyphens, other scripts transliterated; empty where nothing of it is left."""
    if not name.isascii():
        from anyascii import anyascii  # its tables are read for those who need them

        name = anyascii(name)
    return _NOT_SLUG.sub("-", name.lower()).strip("-")[:LONGEST].rstrip("-")


def fault(value: Any) -> str | None:
    """Return why this cannot be a tag's value, in words; None when it can."""
    if isinstance(value, str) and _VALUE.fullmatch(value):
        return None
    return (
        f"has 1 to {LONGEST} Latin letters, digits, hyphens, dots and underscores: other characters are escaped"
        " differently by every program on the way, and would be counted as different campaigns."
    )


def tagged(url: str, tags: Mapping[str, str]) -> str:
    """Return the http(s) address with each of the tags that it has not yet; query and fragment stay what they are."""
    there, hash_, fragment = url.partition("#")
    base, _, query = there.partition("?")
    had = {name.lower() for name, _ in parse_qsl(query, keep_blank_values=True)}
    added = query_of({name: value for name, value in tags.items() if name not in had})
    if not added:
        return url
    joint = "" if not query or query.endswith("&") else "&"
    return f"{base}?{query}{joint}{added}{hash_}{fragment}"


def query_of(tags: Mapping[str, str]) -> str:
    """The tags as a query, in the order of NAMES; what has no value is left out."""
    return "&".join(f"{name}={quote(tags[name], safe='')}" for name in NAMES if tags.get(name))
