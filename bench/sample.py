"""What is sent to whom: made contacts, and a newsletter of a given size with their data in it."""

from pathlib import Path

FIRST = ("Anna", "Björn", "Chloé", "Dmitri", "Elif", "Fatou", "Giulia", "Hanna", "Ingrid", "José")
LAST = ("Keller", "Müller", "O'Brien", "Rossi", "Sørensen", "Thiam", "Ulrich", "Weiß", "Yılmaz", "Zamora")
CITIES = ("Basel", "Bern", "Genève", "Luzern", "Zürich", "Winterthur")

HEAD = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>News</title></head>
<body style="margin:0;padding:0;background-color:#f4f4f4;font-family:Helvetica,Arial,sans-serif">
<p>Dear {{ first_name }} {{ last_name }},</p>
<p>your code for {{ city }} is <b>[[{{ code }}]]</b>.</p>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
"""
ROW = """<tr><td align="left" style="padding:12px 24px;font-size:16px;line-height:24px;color:#333333">
<a href="https://example.org/offer/spring" style="color:#0055aa;text-decoration:none">The offer of this spring</a>
</td></tr>
"""
FOOT = """</table>
<p style="font-size:12px">You get this because you asked for it. <a href="{{ unsubscribe_url }}">Unsubscribe</a></p>
</body></html>
"""

SUBJECT = "{{ first_name }}, the news of this week"
SENDER = "News <news@example.org>"


def html(size: int = 5000) -> str:
    """A newsletter of about `size` bytes with four fields of the contact and the unsubscribe link in it.

    Most of it is markup, as in real ones, so that its plain text is a third of it. The `[[code]]` is what bench/sink.py logs.
    """
    rows = max(0, (size - len(HEAD) - len(FOOT)) // len(ROW))
    return HEAD + ROW * rows + FOOT


def text() -> str:
    """The short text part that goes with it: what an author writes for those who read no HTML."""
    return (
        "Dear {{ first_name }} {{ last_name }},\n\nyour code for {{ city }} is {{ code }}.\n"
        "The offers of this spring: https://example.org/offer/spring\n\nUnsubscribe: {{ unsubscribe_url }}\n"
    )


def address(number: int) -> str:
    return f"reader{number}@example.net"


def contacts(path: Path, count: int, first: int = 1) -> Path:
    """Write a CSV file of `count` contacts with five columns; contact number n has `n` as its code."""
    with path.open("w", encoding="utf-8") as file:
        file.write("Email,First name,Last name,City,Code\n")
        for n in range(first, first + count):
            given, family = FIRST[n % len(FIRST)], LAST[n // 7 % len(LAST)]
            file.write(f"{address(n)},{given},{family},{CITIES[n % len(CITIES)]},{n}\n")
    return path
