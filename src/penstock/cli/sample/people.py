"""Sample contacts: names from many countries, addresses in many scripts, some telephones, and a few with which something goes wrong."""

import csv
from pathlib import Path

from penstock.cli.sample.telephones import number

SUPPRESSED = "no.more@example.net"
"""Unsubscribed long ago: skipped."""
GONE = ("gone@example.com", "nobody@example.com", "closed@example.net")
"""Refused for good by the catcher: bounced."""
BUSY = ("busy@example.com", "full.today@example.net")
"""Refused once for now by the catcher: deferred, then accepted."""

_FIRST = (
    "Amélie", "Björn", "Chiara", "Dörte", "Elif", "Fatoumata", "Gérard", "Hanako", "Íñigo", "Jürgen", "Katarzyna", "Łukasz",
    "Mónica", "Nguyễn", "Øystein", "Pınar", "Quentin", "Rūta", "Søren", "Tomáš", "Ulrike", "Véronique", "Wei", "Ximena", "Yusuf",
    "Željko", "Ανδρέας", "Екатерина", "გიორგი", "美咲", "지훈", "अनन्या",
)  # fmt: skip
_LAST = (
    "Åkesson", "Bianchi", "Çelik", "Dupont", "Eriksson", "Fernández", "Groß", "Horváth", "Ivanova", "Jónsdóttir", "Kowalski",
    "Lefèvre", "Müller", "Nakamura", "O’Brien", "Popescu", "Quispe", "Rossi", "Şahin", "Truong", "Ülker", "Varga", "Wójcik",
)  # fmt: skip
_CITIES = (
    "Lisboa",
    "Kraków",
    "Zürich",
    "Malmö",
    "Thessaloníki",
    "Reykjavík",
    "Montréal",
    "São Paulo",
    "Nairobi",
    "Kyōto",
)
_DOMAINS = ("example.com", "example.net", "example.org", "bücher.example", "δοκιμή.example", "例え.example")


def write(file: Path, count: int) -> int:
    """Write a CSV of `count` good contacts to `file`, and beside them what a real file has too: a duplicate and two bad lines.

    Returns how many of them have a telephone.
    """
    special = [
        (SUPPRESSED, "Nora"),
        *((address, "Gil") for address in GONE),
        *((address, "Bo") for address in BUSY),
    ]
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(("E-mail", "Mobile", "First name", "Last name", "City", "Points", "Circle"))
        people = [_person(n) for n in range(count - min(count, len(special)))]
        table.writerows(people)
        for n, (address, first) in enumerate(special[:count]):
            table.writerow((address, "", first, _LAST[n % len(_LAST)], _CITIES[n % len(_CITIES)], n, "blue"))
        table.writerow((_person(0)[0].upper(), "", "Somebody", "Twice", "Lisboa", 1, "blue"))
        table.writerow(("not an address", "", "Erik", "Example", "Malmö", 2, "blue"))
        table.writerow(("two@at@example.org", "", "Eva", "Example", "Kraków", 3, "blue"))
    return sum(1 for person in people if person[1])


def _person(n: int) -> tuple[str, str, str, str, str, int, str]:
    first, last = _FIRST[n % len(_FIRST)], _LAST[n // len(_FIRST) % len(_LAST)]
    # One in ten has an address in its own script (RFC 6531), the others one in ASCII; the domains are of all kinds.
    local = f"{first.lower()}.{n}" if n % 10 == 3 else f"reader.{n}"
    address, points = f"{local}@{_DOMAINS[n % len(_DOMAINS)]}", n * 37 % 500
    return (
        address,
        number(n),
        first,
        last,
        _CITIES[n % len(_CITIES)],
        points,
        "gold" if points > 400 else "blue",
    )
