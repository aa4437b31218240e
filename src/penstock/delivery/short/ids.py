"""The ids under which the other side keeps the parts of short messages, as rows of COPY in binary format."""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from typing import Final

COPY: Final = (
    "copy delivery_message (at, mailing, seq, package, server, part, parts, id) from stdin (format binary)"
)
LONGEST: Final = 100
"""Characters of an id that are kept; SMPP 3.4 §4.4.2 allows 64 octets."""
_pack = Struct(">hiqiiiiiiiiihihi").pack


def pack(
    at: int, mailing: int, seq: int, package: int, server: int, ids: Sequence[str], parts: int
) -> list[bytes]:
    """One row for each id there is; `parts`: of the whole message. `at` as record.now()."""
    rows = []
    for part, given in enumerate(ids, 1):
        if given:
            text = given.replace("\0", "")[:LONGEST].encode("utf-8", "replace")
            rows.append(
                _pack(8, 8, at, 4, mailing, 4, seq, 4, package, 4, server, 2, part, 2, parts, len(text))
                + text
            )
    return rows
