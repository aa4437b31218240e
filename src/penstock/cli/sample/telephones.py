"""Sample telephones, and what is sent to them. The numbers are of those that no country gives to anybody."""

SENDER = "36180"
"""A short code: to a name nobody can answer."""
TEXT = (
    'Good morning {{ first_name | default: "friend" }}, from tonight the lock is open until 10, every day of this week.'
    " Answer STOP to get no more of these."
)
"""One part for most; for whoever has a name that the alphabet of telephones lacks, UCS-2 and two."""
MOST = 300

# Sweden's regulator keeps 070-1740605 to 070-1740699 for films and books; in North America 555-0100 to 555-0199 are.
_SWEDISH, _FIRST = 95, 46_701_740_605
_CODES = (202, 212, 415)

FAILS = "+46701740607"
"""Accepted, and never reached: the receipt says so."""
REFUSED = "+46701740609"
"""Refused by the centre."""
ANSWERS = "+46701740611"
"""Answers STOP."""


def number(n: int) -> str:
    """Return the number of person n: every third of the first nine hundred has one; "" for the others."""
    place, without = divmod(n - 1, 3)
    if without or not 0 <= place < MOST:
        return ""
    if place < _SWEDISH:
        return f"+{_FIRST + place}"
    code, last = divmod(place - _SWEDISH, 100)
    return f"+1{_CODES[code]}55501{last:02d}"
