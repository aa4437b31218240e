"""The columns of a file: which one holds the address, and what the others are called as attributes. Pure."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from penstock.audience.address import AddressError, parse
from penstock.audience.trouble import ImportFileError

RESERVED: Final = "email"
"""The variable under which messages know the address itself."""

# As keys, in order of preference; a bare "address" may be a street and comes last.
ADDRESS_NAMES: Final = (
    "email", "e_mail", "mail", "email_address", "e_mail_address", "emailaddress", "mail_address", "mailaddress",
    "email_adresse", "e_mail_adresse", "mailadresse", "mail_adresse", "emailadresse",
    "courriel", "adresse_email", "adresse_e_mail", "adresse_mail", "adresse_électronique", "mél",
    "correo", "correo_electrónico", "correo_electronico", "e_mailadres", "emailadres",
    "posta_elettronica", "indirizzo_email", "indirizzo_e_mail", "correio_eletrônico", "correio_eletronico",
    "endereço_de_email", "e_post", "epost", "e_postadress", "epostadresse", "e_mailadresse", "sähköposti",
    "adres_e_mail", "adres_email", "e_mailová_adresa", "почта", "электронная_почта", "эл_почта",
    "メールアドレス", "メール", "电子邮件", "邮箱", "電子郵件", "이메일",
    "address", "adresse",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Columns:
    """The line of column names, understood. `keys` has one per column; that of the address is `email`."""

    names: tuple[str, ...]
    keys: tuple[str, ...]
    address: int

    @property
    def attributes(self) -> tuple[str, ...]:
        """The keys of all columns but the address."""
        return self.keys[: self.address] + self.keys[self.address + 1 :]


def key(name: str) -> str:
    """Return the attribute key of a column name: lower case, everything but letters and digits to `_`.

    Letters of every script stay, in NFC: `Prénom` → `prénom`; spaces around the name do not count.
    """
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name.strip()).lower())
    return "".join(char if char.isalnum() or unicodedata.category(char) == "Mn" else "_" for char in folded)


def understand(names: Sequence[str], address_column: str | None = None) -> Columns:
    """Return what the column names mean. Raises ImportFileError: no address column, or two columns of one key."""
    keys = [key(name) or f"column_{number}" for number, name in enumerate(names, 1)]
    place = _chosen(names, keys, address_column) if address_column is not None else _found(names, keys)
    keys[place] = RESERVED
    _refuse_collisions(names, keys)
    return Columns(tuple(names), tuple(keys), place)


def _chosen(names: Sequence[str], keys: list[str], wanted: str) -> int:
    exact = [place for place, name in enumerate(names) if name.strip() == wanted.strip()]
    found = exact or [place for place, each in enumerate(keys) if each == key(wanted)]
    if len(found) == 1:
        return found[0]
    how = "has no column" if not found else f"has {len(found)} columns"
    raise ImportFileError(
        "address_column", f"The file {how} {wanted!r}; its columns are {_listed(names)}.",
        "Name the column that holds the addresses with --address-column.",
    )  # fmt: skip


def _found(names: Sequence[str], keys: list[str]) -> int:
    for wanted in ADDRESS_NAMES:
        if keys.count(wanted) == 1:
            return keys.index(wanted)
        if wanted in keys:
            _refuse_collisions(names, keys)
    if any(_is_address(name) for name in names):
        raise ImportFileError(
            "no_header", f"The first line holds an address, not the names of the columns: {_listed(names)}.",
            "Put a line with the column names before it, for example: email,first_name",
        )  # fmt: skip
    raise ImportFileError(
        "no_address_column", f"None of the columns is known to hold addresses; there are {_listed(names)}.",
        "Call it 'email', or name it with --address-column.",
    )  # fmt: skip


def _is_address(text: str) -> bool:
    try:
        parse(text)
    except AddressError:
        return False
    return True


def _refuse_collisions(names: Sequence[str], keys: list[str]) -> None:
    seen: dict[str, int] = {}
    for place, each in enumerate(keys):
        if each in seen:
            first = seen[each]
            raise ImportFileError(
                "same_column",
                f"Columns {first + 1} ({names[first].strip()!r}) and {place + 1} ({names[place].strip()!r})"
                f" would both be the variable {each}.",
                "Rename one of them in the file's first line.",
            )
        seen[each] = place


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name.strip()[:40]) for name in names[:12])
    return f"{shown} and {len(names) - 12} more" if len(names) > 12 else shown
