"""What it costs to make one short message and cut it into parts: messages a second of CPU, for texts of several kinds.

usage: python -m bench.sms_text [--recipients N] [--repeat R]

Against: python-liquid rendering the same text, neither encoded nor cut. The best of R rounds.
"""

import argparse
import sys
from collections.abc import Callable

from bench import results
from bench.render import best, contacts
from penstock.content.dialects import TEXT
from penstock.content.message import Message
from penstock.content.sms.program import program_for

CONSTANT, PERSONAL = 50_000, 15_000
"""Messages a second that one core has to make: more than one centre takes."""
STOP = {"stop_hint": "STOP 36180"}
KINDS = {
    "constant": "Tomorrow at nine the sluice opens. {{ stop_hint }}",
    "name": "Dear {{ first_name | default: 'reader' }}, tomorrow at nine the sluice opens. {{ stop_hint }}",
    "unique": "Dear {{ first_name }}, {% if city %}in {{ city }} {% endif %}your code is {{ code }}. {{ stop_hint }}",
    "accented": "Chère {{ first_name }}, à 9 h à {{ city }}. Ton code est {{ code }}. {{ stop_hint }}",
    "ucs2 in 2 parts": "Dear {{ first_name }}, it’s {{ code }}. {{ stop_hint }}" + " and so on" * 6,
    "5 parts": "Dear {{ first_name }}, it's {{ code }}. {{ stop_hint }}" + " and so on" * 64,
}


def made(text: str, count: int) -> Callable[[], None]:
    program = program_for(Message("Sluices", "", text=text, channel="sms"), STOP)
    rows = [
        tuple(f"+336{number:08}" if name == "phone" else person.get(name) for name in program.variables)
        for number, person in enumerate(contacts(count))
    ]

    def run() -> None:
        for row in rows:
            program.encoded(row)

    return run


def rendered(text: str, count: int) -> Callable[[], None]:
    template = TEXT.from_string(text)
    people = [{**person, **STOP} for person in contacts(count)]

    def run() -> None:
        for person in people:
            template.render(person)

    return run


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recipients", type=int, default=20_000)
    parser.add_argument("--repeat", type=int, default=5)
    given = parser.parse_args()
    rows, rates = [], {}
    for kind, text in KINDS.items():
        ours = best(made(text, given.recipients), given.recipients, given.repeat)
        theirs = best(rendered(text, given.recipients), given.recipients, 1)
        rates[kind] = 1e6 / ours
        rows.append((kind, ours, 1e6 / ours, theirs))
    results.table("One short message", ("text", "µs", "a second", "python-liquid µs"), rows)
    results.save("sms_text", {"recipients": given.recipients, "a_second": rates})
    slow = [kind for kind, rate in rates.items() if rate < (CONSTANT if kind == "constant" else PERSONAL)]
    if slow:
        print(f"too slow: {', '.join(slow)}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
