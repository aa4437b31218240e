"""What a message may read of a contact, in SQL over a contact `c`: its attributes, and beside them its address and its number.

Of its own channel a message has the address from the ledger; that of the other one it reads here, under the same name: an e-mail
may say the number as `{{ phone }}`, an SMS the address as `{{ email }}`.
"""

from collections.abc import Mapping
from typing import Final

from psycopg import sql

from penstock.audience.columns import PHONE, RESERVED

_OWN: Final = {
    # What was an attribute of that name before contacts had numbers is still what it was.
    PHONE: "coalesce(c.phone, c.attributes ->> 'phone')",
    RESERVED: "case when position('@' in c.normal) > 0 then c.address end",
}
NAMES: Final = frozenset(_OWN)
"""The names that no attribute has."""

_AS_OBJECT: Final = ", ".join(f"'{name}', {text}" for name, text in _OWN.items())
EVERY: Final = f"(c.attributes || jsonb_strip_nulls(jsonb_build_object({_AS_OBJECT})))"
"""All of them by name, as one object."""


def variable(name: str) -> sql.Composable:
    """Return the value of one of them, null where the contact has none."""
    if name in _OWN:
        return sql.SQL(_OWN[name])
    return sql.SQL("c.attributes ->> {}").format(name)


def with_own(attributes: Mapping[str, str], *, email: str | None, phone: str | None) -> dict[str, str]:
    """Return the attributes of a contact with its address and number, where it has them."""
    own = {RESERVED: email, PHONE: phone}
    return {**attributes, **{name: value for name, value in own.items() if value is not None}}
