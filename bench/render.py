"""What it costs to make one message: CPU microseconds, for templates of several kinds, and for a pair of tokens.

usage: python -m bench.render [--recipients N] [--repeat R]

Against: python-liquid rendering the same template, without any MIME. The best of R rounds, because anything else that runs on
the machine only ever adds.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence

from bench import results, sample
from penstock.content.dialects import HTML
from penstock.content.links import tokens
from penstock.content.message import Message
from penstock.content.render import Program, compile_message, date_bytes

TARGET = 3.5
NAMES = [f"{given}{number}" for number in range(50) for given in sample.FIRST]
LINE = "<p>Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do</p>\n"
FOOT = '<a href="{{ unsubscribe_url }}">Unsubscribe</a>\n'

KINDS = {
    "plain": "<p>Dear {{ first_name }},</p>\n" + LINE * 68 + FOOT,
    "filter": "<p>Dear {{ first_name | capitalize | default: 'reader' }},</p>\n" + LINE * 68 + FOOT,
    "branch": "{% if city == 'Bern' %}<p>Hoi {{ first_name }}{% else %}<p>Dear {{ first_name }}{% endif %},</p>\n"
    + LINE * 68
    + FOOT,
    "unique": "<p>Dear {{ first_name }}, your code is <b>{{ code }}</b>.</p>\n" + LINE * 68 + FOOT,
    "loop": "{% for i in (1..3) %}<p>{{ i }} {{ first_name }}</p>{% endfor %}\n" + LINE * 68 + FOOT,
}


def program(html: str) -> Program:
    text = "Dear {{ first_name }},\nplease see the pictures.\n"
    message = Message(sample.SENDER, sample.SUBJECT, html=html, text=text)
    return compile_message(message, base_url="https://mail.example.org")


def contacts(count: int) -> list[dict[str, str]]:
    return [
        {
            "email": sample.address(number),
            "first_name": NAMES[number % len(NAMES)],
            "city": sample.CITIES[number % len(sample.CITIES)],
            "code": f"K{number}",
        }
        for number in range(count)
    ]


def made(program: Program, people: Sequence[dict[str, str]], eightbit: bool) -> Callable[[], None]:
    rows = [tuple(person.get(name) for name in program.variables) for person in people]
    date, make = date_bytes(0), program.envelope_data
    public, private = tokens(12, 70_000, b"k" * 32)

    def run() -> None:
        for row in rows:
            make(row, public, private, date, eightbit=eightbit)

    return run


def signed(count: int) -> None:
    key = b"k" * 32
    for seq in range(count):
        tokens(12, seq, key)


def rendered(html: str, people: Sequence[dict[str, str]]) -> Callable[[], None]:
    template = HTML.from_string(html)

    def run() -> None:
        for person in people:
            template.render(person)

    return run


def best(run: Callable[[], None], count: int, repeat: int) -> float:
    """CPU microseconds for each of `count`, in the best of `repeat` rounds."""
    took = []
    for _ in range(repeat):
        began = time.process_time()
        run()
        took.append(time.process_time() - began)
    return min(took) / count * 1e6


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recipients", type=int, default=20_000)
    parser.add_argument("--repeat", type=int, default=7)
    given = parser.parse_args()
    people = contacts(given.recipients)
    rows = []
    for kind, html in {**KINDS, "newsletter": sample.html()}.items():
        compiled = program(html)
        eight = best(made(compiled, people, True), len(people), given.repeat)
        quoted = best(made(compiled, people, False), len(people), given.repeat)
        liquid = best(rendered(html, people[: len(people) // 20]), len(people) // 20, given.repeat)
        rows.append({"kind": kind, "8bit": eight, "without 8bit": quoted, "python-liquid": liquid})
    results.table("µs of CPU for a message", list(rows[0]), [list(row.values()) for row in rows])
    pair = best(lambda: signed(len(people)), len(people), given.repeat)
    results.verdict("a pair of tokens", pair, "≤ 1 µs", pair <= 1)
    results.verdict("plain, 8bit", rows[0]["8bit"], f"≤ {TARGET} µs", rows[0]["8bit"] <= TARGET)
    results.save("render", {"recipients": given.recipients, "rows": rows, "tokens": pair})
    return 0 if rows[0]["8bit"] <= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
