"""What Prometheus is shown of the installation: one statement, made into metric families when it is asked for.

Nothing is counted in memory, so every web process shows the same, and nothing starts at zero after a restart.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

import penstock
from penstock.mailing.states import State
from penstock.platform.database import sql
from penstock.report.progress import progress

PATIENCE = "5s"
"""No scrape keeps the database busy for longer."""


@dataclass(frozen=True)
class Family:
    """One metric: what it means, its labels, and whether it only ever grows. `known`: values shown even when nobody has them."""

    name: str
    help: str
    labels: tuple[str, ...] = ()
    counter: bool = False
    known: tuple[str, ...] = ()


FAMILIES = (
    Family("mailings", "Mailings by state, the deleted ones left out.", ("state",), known=tuple(State)),
    Family("recipients", "Recipients of the mailings under way, by their state in the ledger.", ("state",)),
    Family("outcomes", "Results recorded, of all mailings, by what became of the message.", ("result",)),
    Family("outcomes_total", "Results recorded, of all mailings: its rate is the rate of sending.", counter=True),
    Family("sending_rate", "Attempts a second lately, of the mailings being sent."),
    Family("packages", "Packages of recipients that wait, or that a sender has.", ("state",)),
    Family("senders", "Senders alive: those that gave a sign of life within ten seconds."),
    Family("servers", "Servers of transports that mailings go by now, by their state (docs: several servers).", ("state",),
           known=("sound", "shaky", "aside")),
    Family("jobs", "Background jobs by task and status; failed ones stay for three days.", ("task", "status")),
    Family("oldest_job_seconds", "How long the background job at the head of the queue has waited."),
    Family("switches", "Kill switches in force."),
    Family("journal_unread", "Lines of the journal that no notice was made of yet."),
    Family("notice_mails", "Notices sent by e-mail, by state.", ("state",)),
    Family("webhook_deliveries", "Deliveries to webhooks of the last 30 days, by state.", ("state",),
           known=("waiting", "delivered", "failed")),
    Family("webhooks", "Webhooks by health.", ("health",), known=("sound", "failing", "disabled")),
    Family("database_bytes", "Size of the database."),
)  # fmt: skip
"""What is shown of the database; the reference is made from it. Each name is preceded by `penstock_`."""


def collect(conn: psycopg.Connection[Any]) -> Iterator[Metric]:
    """Yield every family of FAMILIES, all from one instant but for the rate. `conn` is in autocommit mode."""
    with conn.transaction():
        conn.execute(f"set local statement_timeout = '{PATIENCE}'")
        rows = conn.execute(sql("penstock.report", "metrics")).fetchall()
        rate = _rate(conn)
    for family in FAMILIES:
        samples = [(label, value) for name, label, value in rows if name == family.name]
        yield _filled(family, [("", rate)] if family.name == "sending_rate" else samples)


def _rate(conn: psycopg.Connection[Any]) -> float:
    live = conn.execute("select id from mailing_mailing where state in ('sending', 'finishing')").fetchall()
    return sum(progress(conn, mailing).rate for (mailing,) in live)


def _filled(family: Family, samples: Iterable[tuple[str | None, float]]) -> Metric:
    kind = CounterMetricFamily if family.counter else GaugeMetricFamily
    metric = kind(f"penstock_{family.name}", family.help, labels=family.labels)
    found = {label or "": value for label, value in samples}
    for label, value in {**dict.fromkeys(family.known, 0.0), **found}.items():
        metric.add_metric(label.rsplit(" ", 1) if family.labels else [], value)
    return metric


def build() -> Metric:
    """Return what runs here: its version."""
    metric = GaugeMetricFamily("penstock_build_info", "The version that runs.", labels=["version"])
    metric.add_metric([penstock.__version__], 1)
    return metric


def up(reached: bool) -> Metric:
    """Return whether the database answered: 1 or 0."""
    return GaugeMetricFamily("penstock_up", "1 when the database answered this scrape.", value=float(reached))
