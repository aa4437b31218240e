"""The columns of a file: which ones hold the address and the telephone number, and what the others are called as attributes. Pure."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, NoReturn

from penstock.audience import number
from penstock.audience.address import AddressError, parse
from penstock.audience.trouble import ImportFileError

RESERVED: Final = "email"
"""The variable under which messages know the address itself."""

PHONE: Final = "phone"
"""What the telephone number is called where contacts are listed; an attribute is not called so."""

# As keys, in order of preference; a bare "address" may be a street: it comes last, and not at all where there is a number.
ADDRESS_NAMES: Final = (
    "email", "e_mail", "mail", "email_address", "e_mail_address", "emailaddress", "mail_address", "mailaddress",
    "email_adresse", "e_mail_adresse", "mailadresse", "mail_adresse", "emailadresse",
    "courriel", "adresse_email", "adresse_e_mail", "adresse_mail", "adresse_électronique", "mél",
    "correo", "correo_electrónico", "correo_electronico", "e_mailadres", "emailadres",
    "posta_elettronica", "indirizzo_email", "indirizzo_e_mail", "correio_eletrônico", "correio_eletronico",
    "endereço_de_email", "e_post", "epost", "e_postadress", "epostadresse", "e_mailadresse", "sähköposti",
    "adres_e_mail", "adres_email", "e_mailová_adresa", "почта", "электронная_почта", "эл_почта",
    "メールアドレス", "メール", "电子邮件", "邮箱", "電子郵件", "이메일",
)  # fmt: skip
_STREET: Final = ("address", "adresse")

# Where a file has both, the mobile number is the one to write to: a bare "phone" is often the landline.
PHONE_NAMES: Final = (
    "sms", "sms_number", "mobile", "mobile_phone", "mobile_number", "mobile_no", "mobile_phone_number", "mobilephone",
    "phone_mobile", "msisdn", "cell", "cell_phone", "cell_number", "cellphone", "gsm", "gsm_number", "gsm_nummer",
    "handy", "handynummer", "handy_nr", "mobil", "mobilnummer", "mobiltelefon", "mobilfunknummer", "mobilfunk",
    "portable", "téléphone_portable", "telephone_portable", "tél_portable", "tel_portable", "téléphone_mobile",
    "telephone_mobile", "tél_mobile", "tel_mobile", "numéro_de_portable", "numero_de_portable", "numéro_mobile", "numero_mobile",
    "móvil", "movil", "teléfono_móvil", "telefono_movil", "celular", "cellulare", "telefono_cellulare", "telemóvel", "telemovel",
    "mobiel", "mobiel_nummer", "mobielnummer", "mobiele_telefoon", "matkapuhelin", "komórka", "telefon_komórkowy",
    "мобильный", "мобильный_телефон", "сотовый", "cep_telefonu", "携帯電話", "携帯番号", "携帯", "手机", "手机号", "手机号码", "手機",
    "휴대폰", "휴대전화", "핸드폰", "الجوال", "رقم_الجوال",
    "phone", "phone_number", "phonenumber", "phone_no", "telephone", "telephone_number", "tel", "téléphone", "tél",
    "numéro_de_téléphone", "numero_de_telephone", "telefon", "telefonnummer", "rufnummer", "teléfono", "telefono",
    "número_de_teléfono", "numero_de_telefono", "telefone", "telefoon", "telefoonnummer", "puhelin", "puhelinnumero",
    "telefonní_číslo", "numer_telefonu", "телефон", "номер_телефона", "電話番号", "電話", "电话", "전화번호",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Columns:
    """The line of column names, understood. `keys` has one per column; those of address and number are `email` and `phone`.

    One of the two may be missing: the other says who somebody is then.
    """

    names: tuple[str, ...]
    keys: tuple[str, ...]
    address: int | None
    phone: int | None = None

    @property
    def attributes(self) -> tuple[str, ...]:
        """The keys of all columns but address and number."""
        return tuple(key for place, key in enumerate(self.keys) if place not in (self.address, self.phone))


def key(name: str) -> str:
    """Return the attribute key of a column name: lower case, everything but letters and digits to `_`.

    Letters of every script stay, in NFC: `Prénom` → `prénom`; spaces around the name do not count.
    """
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name.strip()).lower())
    return "".join(char if char.isalnum() or unicodedata.category(char) == "Mn" else "_" for char in folded)


def understand(
    names: Sequence[str], address_column: str | None = None, phone_column: str | None = None
) -> Columns:
    """Return what the column names mean. Raises ImportFileError: neither address nor number, or two columns of one key.

    A column that is not told is found by its name; "" says that there is none.
    """
    keys = [key(name) or f"column_{place}" for place, name in enumerate(names, 1)]
    address = _chosen(names, keys, _ADDRESS, address_column) if address_column else None
    phone = _chosen(names, keys, _PHONE, phone_column) if phone_column else None
    if phone_column is None:
        phone = _known(names, keys, PHONE_NAMES)
    if address_column is None:
        address = _known(names, keys, ADDRESS_NAMES if phone is not None else ADDRESS_NAMES + _STREET)
    if address == phone is not None:  # told by hand that the numbers are in a column called `mail`
        address, phone = (address, None) if address_column else (None, phone)
    if address is None and phone is None:
        _refuse_unknown(names)
    _rename_other(keys, phone)
    if address is not None:
        keys[address] = RESERVED
    if phone is not None:
        keys[phone] = PHONE
    _refuse_collisions(names, keys)
    return Columns(tuple(names), tuple(keys), address, phone)


class _Wanted(NamedTuple):
    """How a column is asked for, and what it holds."""

    code: str
    holds: str
    option: str


_ADDRESS = _Wanted("address_column", "addresses", "--address-column")
_PHONE = _Wanted("phone_column", "telephone numbers", "--phone-column")


def _chosen(names: Sequence[str], keys: list[str], what: _Wanted, wanted: str) -> int:
    exact = [place for place, name in enumerate(names) if name.strip() == wanted.strip()]
    found = exact or [place for place, each in enumerate(keys) if each == key(wanted)]
    if len(found) == 1:
        return found[0]
    how = "has no column" if not found else f"has {len(found)} columns"
    raise ImportFileError(
        what.code, f"The file {how} {wanted!r}; its columns are {_listed(names)}.",
        f"Name the column that holds the {what.holds} with {what.option}.",
    )  # fmt: skip


def _known(names: Sequence[str], keys: list[str], known: Sequence[str]) -> int | None:
    """Return the place of the column that is called as columns of this kind are; the first of the names that is there counts."""
    for wanted in known:
        if keys.count(wanted) == 1:
            return keys.index(wanted)
        if wanted in keys:
            _refuse_collisions(names, keys)
    return None


def _refuse_unknown(names: Sequence[str]) -> NoReturn:
    if any(_is_address(name) for name in names):
        raise ImportFileError(
            "no_header", f"The first line holds an address, not the names of the columns: {_listed(names)}.",
            "Put a line with the column names before it, for example: email,first_name",
        )  # fmt: skip
    raise ImportFileError(
        "no_address_column",
        f"None of the columns is known to hold addresses or telephone numbers; there are {_listed(names)}.",
        "Call it 'email' or 'phone', or name it with --address-column or --phone-column.",
    )


def _rename_other(keys: list[str], phone: int | None) -> None:
    """A column called `phone` beside that of the mobile numbers is an attribute, and is called otherwise."""
    for place, each in enumerate(keys):
        if phone is not None and each == PHONE and place != phone:
            keys[place] = f"{PHONE}_2"


def _is_address(text: str) -> bool:
    try:
        number.parse(text) if number.looks_like(text) else parse(text)
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
