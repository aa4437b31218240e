"""Where a link leads: web addresses as they are sent and redirected to, in ASCII. Pure.

A *personal* address is a Liquid text. It is made for a recipient as python-liquid makes it within the HTML of the message, escapes
and all, and then read as a mail reader reads the attribute.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import quote

from liquid import BoundTemplate

from penstock.content import references
from penstock.content.dialects import HTML
from penstock.content.headers import a_labels

LONGEST: Final = 2_000
"""Octets of an address that can be tracked; some browsers open none that is longer than 2,083."""
LONGEST_MADE: Final = 8_000
"""Octets of an address at all: what servers and browsers take."""

_WEB = re.compile(r"(https?)://([^/?#\\]+)([^?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_AUTHORITY = re.compile(
    r"((?:[A-Za-z0-9._~!$&'()*+,;=:%-]*@)?)(\[[0-9A-Fa-f:.]+\]|[^\s\x00-\x1f\x7f:@\[\]\"<>%`{}|^]+)((?::[0-9]{0,5})?)"
)
_IGNORED = re.compile("[\t\r\n]")
_EDGES = "".join(map(chr, range(0x21)))
_SAFE: Final = "!#$%&'()*+,/:;=?@[]~"
"""What stands in an address as it is, beside letters, digits and ``_.-`` (RFC 3986 §2); a ``%`` is taken for an escape."""


class Target(NamedTuple):
    """`url` is an address; where it is `personal`, a Liquid text that gives one, and `tags` the utm_ tags that it gets besides."""

    url: str
    personal: bool = False
    tags: str | None = None


def absolute(text: str) -> str | None:
    """Return the http(s) address that ``text`` is, in ASCII and as browsers read it; None for anything else."""
    found = _WEB.fullmatch(_IGNORED.sub("", text.strip(_EDGES))) if len(text) <= LONGEST_MADE else None
    authority = _AUTHORITY.fullmatch(found[2]) if found else None
    if found is None or authority is None:
        return None
    user, host, port = authority.groups()
    if not host.isascii():
        try:
            host = a_labels(host)
        except ValueError:
            return None
    # To browsers a backslash ends the authority, as a slash does: escaped it would join what follows to it.
    rest = quote((found[3].replace("\\", "/") + found[4]).encode("utf-8", "replace"), safe=_SAFE)
    made = f"{found[1].lower()}://{user}{host}{port}{rest}"
    return made if len(made) <= LONGEST_MADE else None


def personal(text: str, values: Mapping[str, str | None]) -> str | None:
    """Return the address that the Liquid ``text`` of an attribute gives for these values; None where that is no http(s) address."""
    known = {name: value for name, value in values.items() if value is not None}
    try:
        made = _template(text).render(**known)
    except (
        Exception
    ):  # the contact has changed since the message was made: whatever Liquid makes of that, it leads nowhere
        return None
    return absolute(references.read(made))


@lru_cache(maxsize=256)
def _template(text: str) -> BoundTemplate:
    return HTML.from_string(text)
