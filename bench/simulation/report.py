"""The tables of a simulation: when what finishes, and what the database does meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from bench import results
from bench.simulation.engine import Engine
from bench.simulation.load import CHANNELS, MINUTE
from bench.simulation.running import Running

HOUR = 3600.0
MEGA = 1e6


def clock(seconds: float | None) -> str:
    """Virtual seconds as a day and a wall time: 1+09:30 is half past nine of the day after."""
    if seconds is None:
        return "–"
    days, left = divmod(int(seconds), 86_400)
    return f"{f'{days}+' if days else ''}{left // 3600:02}:{left // 60 % 60:02}"


def tables(engine: Engine, took: float) -> dict[str, Any]:
    """Print everything; return the figures."""
    found = {
        "styles": styles(engine),
        "largest": largest(engine),
        "load": load(engine),
        "totals": totals(engine, took),
    }
    results.table(
        "When what finishes, by how it goes out (medians; last: the latest of them)", *found["styles"]
    )
    results.table("The largest mailings", *found["largest"])
    results.table("What the database does, by hour (peak: its busiest minute)", *found["load"])
    results.table("In all", ("", ""), list(found["totals"].items()))
    return found


def styles(engine: Engine) -> tuple[Sequence[str], list[Sequence[Any]]]:
    """One line for each way to go out."""
    rows: list[Sequence[Any]] = []
    for style in dict.fromkeys(each.wanted.style for each in engine.mailings):
        of = [each for each in engine.mailings if each.wanted.style == style]
        waited = [each.first_at - each.wanted.start for each in of if each.first_at is not None]
        handed = [each.handed_off_at - each.wanted.start for each in of if each.handed_off_at is not None]
        rows.append((
            style, len(of), sum(each.wanted.recipients for each in of), median(waited), max(waited), median(handed) / HOUR,
            clock(max(each.handed_off_at or 0 for each in of)), clock(max(each.settled_at or 0 for each in of)),
        ))  # fmt: skip
    columns = (
        "how",
        "mailings",
        "recipients",
        "first after, s",
        "at most, s",
        "handed off after, h",
        "last handed off",
        "last settled",
    )
    return columns, rows


def largest(engine: Engine, count: int = 12) -> tuple[Sequence[str], list[Sequence[Any]]]:
    """The largest, one by one."""

    def row(each: Running) -> Sequence[Any]:
        return (
            each.number, each.wanted.style, each.wanted.recipients, clock(each.wanted.start), clock(each.first_at),
            clock(each.handed_off_at), clock(each.settled_at), each.accepted, each.bounced, each.in_doubt, each.packages,
        )  # fmt: skip

    of = sorted(engine.mailings, key=lambda each: -each.wanted.recipients)[:count]
    columns = (
        "no.", "how", "recipients", "start", "first", "handed off", "settled", "accepted", "bounced", "in doubt", "packages",
    )  # fmt: skip
    return columns, [row(each) for each in of]


def load(engine: Engine) -> tuple[Sequence[str], list[Sequence[Any]]]:
    """Per hour, over all nodes: averages a second; the busiest minute; the busiest node's part."""
    of = engine.load
    nodes = [{channel: of.sums(node, channel) for channel in CHANNELS} for node in range(of.nodes)]
    rows: list[Sequence[Any]] = []
    for hour in range(of.minutes // 60):
        span = range(hour * 60, hour * 60 + 60)
        sums = {
            channel: [sum(node[channel][m] for node in nodes) / MINUTE for m in span] for channel in CHANNELS
        }
        if sum(sums["rows"]) < 60 and hour > 24:
            continue
        per_node = [sum(node["cpu"][m] for m in span) for node in nodes]
        rows.append((
            clock(hour * HOUR), *(sum(sums[channel]) / 60 for channel in ("transactions", "rows")),
            max(sums["transactions"]), max(sums["rows"]), max(sums["log"]) / MEGA, max(sums["cpu"]),
            max(per_node) / (sum(per_node) / of.nodes or 1),
        ))  # fmt: skip
    columns = (
        "hour", "transactions/s", "rows/s", "peak tx/s", "peak rows/s", "peak log, MB/s", "peak CPU, cores", "busiest node ÷ mean",
    )  # fmt: skip
    return columns, rows


def totals(engine: Engine, took: float) -> dict[str, Any]:
    """Sums over everything, which must add up."""
    mailings = engine.mailings
    return {
        "mailings": len(mailings),
        "recipients": sum(each.wanted.recipients for each in mailings),
        "accepted": sum(each.accepted for each in mailings),
        "bounced": sum(each.bounced for each in mailings),
        "in doubt": sum(each.in_doubt for each in mailings),
        "unsettled": sum(each.wanted.recipients - each.settled for each in mailings),
        "packages": sum(each.packages for each in mailings),
        "bytes of ledger on disk": int(engine.load.disk),
        "virtual hours": engine.now / HOUR,
        "seconds of a core that the simulation took": took,
    }
