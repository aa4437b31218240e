"""What keeps a message from being sent, as its author finds it: a block by its place among the others, not by its path."""

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

_BLOCK = re.compile(r"design/blocks/(\d+)(?:/columns/(\d+)/blocks/(\d+))?(?:/(\w+))?")


def told(faults: Iterable[str]) -> list[str]:
    """Return the faults with places as one counts them: `design/blocks/2/link` is block 3."""
    return [_BLOCK.sub(_place, fault) for fault in faults]


def _place(found: re.Match[str]) -> str:
    block, column, inner, _member = found.groups()
    if column is None:
        return _("Block %(block)s") % {"block": int(block) + 1}
    told = {"block": int(block) + 1, "column": int(column) + 1, "inner": int(inner) + 1}
    return _("Block %(block)s, column %(column)s, block %(inner)s") % told
