"""What tracking costs: a 5 kB message with ten different links and the picture of an opening, against the same one untracked.

usage: python -m bench.tracking [--recipients 50000] [--rounds 5] [--repeat 9]

Made: CPU microseconds of one message, in process, the best of R rounds. Sent: whole mailings by `penstock send` into smtp-sink,
tracked and untracked alternating; `ratio` is the tracked rate over the untracked one of the same round, from the first claim to the
last record, everything durable. The untracked message holds the same links as they are.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import results, sample
from bench.home import Home
from bench.processes import wait_for_quiet
from bench.smtpsink import smtp_sink
from penstock.content.following import Wanted
from penstock.content.links import tokens
from penstock.content.message import Message
from penstock.content.render import Program, compile_message, date_bytes

TARGET = 0.5
LINKS = 10
BASE = "https://mail.example.org"
PEOPLE = 20_000
TAGS = {"utm_source": "penstock", "utm_medium": "email", "utm_campaign": "bench"}
TRACKED = ["--policy", "track_clicks=on", "--policy", "track_opens=on"]
FORMS = {
    "untracked": None,
    "tagged": Wanted(TAGS, BASE),
    "tracked": Wanted({}, BASE, clicks=True, opens=True),
    "both": Wanted(TAGS, BASE, clicks=True, opens=True),
}


def html(size: int = 5000) -> str:
    """A newsletter of about `size` bytes with LINKS different links, three fields of the contact and the unsubscribe link."""
    rows = [sample.ROW.replace("offer/spring", f"offer/{number}") for number in range(LINKS)]
    plain = '<tr><td align="left" style="padding:12px 24px;font-size:16px;color:#333333">The offers of this spring.</td></tr>\n'
    rest = size - len(sample.HEAD) - len(sample.FOOT) - sum(map(len, rows))
    return sample.HEAD + "".join(rows) + plain * max(0, rest // len(plain)) + sample.FOOT


def making(program: Program) -> Callable[[], None]:
    """Making the message of each of PEOPLE, as a sender does."""
    date, key = date_bytes(time.time()), b"k" * 32
    known = [
        {"email": sample.address(n), "first_name": sample.FIRST[n % 10], "last_name": sample.LAST[n // 7 % 10],
         "city": sample.CITIES[n % 6], "code": str(n)}
        for n in range(PEOPLE)
    ]  # fmt: skip
    rows = [tuple(each[name] for name in program.variables) for each in known]

    def run() -> None:
        for seq, row in enumerate(rows):
            program.envelope_data(row, *tokens(12, seq, key), date, eightbit=True)

    return run


def made(repeat: int) -> dict[str, float]:
    """CPU µs of one message in each form."""
    message = Message(sample.SENDER, sample.SUBJECT, html=html(), text=sample.text())
    runs = {
        name: making(compile_message(message, base_url=BASE, links=wanted)) for name, wanted in FORMS.items()
    }
    best = dict.fromkeys(runs, float("inf"))
    for _ in range(repeat):
        for name, run in runs.items():
            began = time.process_time()
            run()
            best[name] = min(best[name], (time.process_time() - began) / PEOPLE * 1e6)
    return best


def sent(given: argparse.Namespace) -> Iterator[dict[str, float]]:
    """Whole mailings, tracked and untracked alternating."""
    with Home() as home, smtp_sink() as (port, _):
        body = Path(home.path) / "body.html"
        body.write_text(html(), encoding="utf-8")
        body.with_suffix(".txt").write_text(sample.text(), encoding="utf-8")
        file = str(sample.contacts(home.path / "c.csv", given.recipients))
        home.run("contacts", "import", file, "--list", "all")
        home.connect().close()  # from here on this process uses the database too, so that no command ends it

        def seconds(more: list[str]) -> float:
            wait_for_quiet(given.quiet)
            summary = home.json(
                "send", "--to", "list:all", "--from", sample.SENDER, "--subject", sample.SUBJECT, "--html", str(body), "--text",
                str(body.with_suffix(".txt")), "--via", f"smtp://127.0.0.1:{port}", "--connections", "10", "--yes", *more,
            )  # fmt: skip
            if summary["accepted"] != given.recipients:
                raise RuntimeError(f"of {given.recipients} messages {summary['accepted']} were accepted")
            return float(summary["seconds"]["send"])

        for _ in range(given.rounds):
            plain, tracked = seconds([]), seconds(TRACKED)
            row = {
                "untracked": given.recipients / plain, "tracked": given.recipients / tracked, "ratio": plain / tracked,
            }  # fmt: skip
            print("  " + "  ".join(f"{name} {value:.4g}" for name, value in row.items()), flush=True)
            yield row


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recipients", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--repeat", type=int, default=9)
    parser.add_argument("--quiet", type=float, default=5, help="seconds to wait for the machine to be idle")
    given = parser.parse_args()
    cost = made(given.repeat)
    print("  making one: " + ", ".join(f"{name} {us:.1f} µs" for name, us in cost.items()), flush=True)
    rounds = list(sent(given))
    ratio = statistics.median(each["ratio"] for each in rounds)
    results.verdict(
        f"tracked ÷ untracked, {LINKS} links, whole mailings", ratio, f"≥ {TARGET}", ratio >= TARGET
    )
    results.save("tracking", {"options": vars(given), "made": cost, "rounds": rounds, "ratio": ratio})


if __name__ == "__main__":
    results.main(main)
