"""How many examples a property is tried on: a few each time, many in the long form (`make torture`)."""

import os

FULL = os.environ.get("PENSTOCK_TORTURE") == "full"


def examples(many: int) -> int:
    """So many in the long form, a quarter of them otherwise; those that once failed are tried in any case."""
    return many if FULL else max(10, many // 4)
