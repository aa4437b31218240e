"""The addresses in a design: only such as a mail reader may safely follow."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

LINKS = ("https", "http", "mailto", "tel")
PICTURES = ("https", "http")

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_UNSAFE = re.compile(r"(javascript|vbscript|data|file|blob):", re.IGNORECASE)
_NEVER = re.compile(r"[\s\x00-\x1f\x7f<>\"]")


def fault(url: str, schemes: tuple[str, ...]) -> tuple[str, str] | None:
    """Return what is wrong with an address and what to do; None when it is fit.

    One that begins with Liquid is taken: which address comes of it is known for a recipient only, and the analysis looks at all of them.
    """
    whole = url.strip()
    cure = f"Write an address that begins with {' or '.join(f'{scheme}:' for scheme in schemes)}."
    if not whole:
        return "it has no address", cure
    if found := _NEVER.search(_LIQUID.sub("", whole)):
        told = "a space" if found[0].isspace() else repr(found[0])
        return (
            f"the address {whole[:80]!r} has {told} in it",
            "Write it as it is in a browser's address bar: %20 for a space.",
        )
    pieces = _LIQUID.split(whole)
    if unsafe := next(filter(None, map(_UNSAFE.match, (*pieces, "".join(pieces)))), None):
        return f"an address of the kind {unsafe[1].lower()}: is not possible here", cure
    if whole.startswith(("{{", "{%")):
        return None
    scheme = _SCHEME.match(whole)
    if scheme is None:
        return f"{whole[:80]!r} is no complete address", cure
    if scheme[1].lower() not in schemes:
        return f"an address of the kind {scheme[1].lower()}: is not possible here", cure
    if scheme[1].lower() in PICTURES and not _has_host(whole):
        return f"the address {whole[:80]!r} names no server", cure
    return None


def _has_host(url: str) -> bool:
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:  # as a bracket that is not closed
        return False
