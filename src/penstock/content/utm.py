"""The tags by which web analytics tell what brought a visitor: utm_source and its like, as parts of an address's query. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, quote

NAMES = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
"""In the order in which they are written."""


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
