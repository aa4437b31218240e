"""Counting segments among many contacts, against a plain count of all of them.

usage: python -m bench.segments [--counts 100000,1000000,10000000] [--rounds N]

The contacts stand in an embedded server as an import leaves them: half on a list, a third with an event, a fifth reached by a
mailing. Each segment is compiled as the product does it and counted; the median of the rounds, the first round not counted.
`indexed` conditions are judged by LIMIT at a million contacts, all others by TIMES a plain sequential count: of all contacts, with one
comparison of an attribute, which is the least that a condition over attributes can be. `added`: what each further million takes.
"""

import argparse
import statistics
import sys
import time
from typing import Any

import psycopg

from bench import results
from bench.home import Home
from penstock.audience.segments import counting, indexing
from penstock.audience.segments.text import read
from penstock.mailing.actor import SYSTEM
from penstock.platform import database

LIMIT = 300.0  # milliseconds for an indexed condition among a million contacts
TIMES = 2.0
JUDGED = 1_000_000
PLAIN = (
    "select count(*) from audience_contact c where c.account_id = 1 and (c.attributes ->> 'town') = 'Paris'"
)

INDEXED = {
    "list": "on list 1",
    "list, excluded": "not on list 1",
    "domain, rare": 'domain is "rare.example"',
    "domain, a fifth": 'domain is "example.org"',
    "created lately": "created in the last 3 days",
    "opened": "opened mailing 1",
    "event, lately": 'did "purchase" in the last 7 days',
    "event, ever": 'did "purchase"',
    "declared text": 'city is "Nice"',
    "declared number": "age > 76",
    "together": 'on list 1 and city is "Nice" and not opened mailing 1 and did "purchase" in the last 30 days',
}
OTHERS = {
    "text": 'town is "Paris"',
    "text contains": 'town contains "ari"',
    "date": "birthday before 1970-01-01",
    "yes or no": "vip is yes",
    "number": "points < 30",
    "two or another": '(town is "Paris" or town is "Rome") and not vip is yes',
}
UNJUDGED = {"reached by": "reached by mailing 1"}
"""It reads the ledger of the mailing: some look-ups for each of those whom it reached."""

_FILL = """
insert into audience_contact (account_id, address, normal, attributes, created_at)
select 1, a, a, jsonb_build_object(
           'first_name', 'Anna ' || i, 'town', t[1 + i %% 10], 'city', t[1 + i %% 10], 'age', (18 + (i * 7) %% 60)::text,
           'points', ((i * 7) %% 100)::text, 'birthday', (date '1950-01-01' + ((i * 13) %% 20000)::integer)::text,
           'vip', case when i %% 20 = 0 then 'yes' else 'no' end),
       now() - make_interval(mins => (%(count)s - i)::integer / 10)
  from (select i, array['Paris', 'Lyon', 'Berlin', 'Hamburg', 'Nantes', 'Lille', 'Oslo', 'Rome', 'Bern', 'Nice'] as t,
               'reader' || i || '@' || case when i %% 1000 = 0 then 'rare.example'
                   else (array['mail.example', 'example.org', 'web.example', 'post.example', 'example.com'])[1 + i %% 5] end as a
          from generate_series(%(first)s::bigint, %(count)s) as i) as made
"""
_AROUND = (
    "insert into audience_membership (list_id, contact_id) select 1, id from audience_contact where id % 2 = 0 on conflict do nothing",
    "insert into feedback_event (account, contact, at, kind, name) select 1, id, now() - make_interval(hours => (id % 5000)::integer),"
    " 'custom', 'purchase' from audience_contact where id % 3 = 0 and not exists (select from feedback_event e where e.contact = audience_contact.id and e.kind = 'custom')",
    "insert into delivery_recipient (mailing, seq, contact, package, normal) select 1, id, id, 1, normal from audience_contact where id % 5 = 0 on conflict do nothing",
    "insert into delivery_outcome (at, mailing, package, seq, reply, transport, state) select now(), 1, 1, seq, 0, 1, 5 from delivery_recipient r"
    " where not exists (select from delivery_outcome o where o.mailing = 1 and o.seq = r.seq)",
    "insert into feedback_event (account, contact, at, kind, mailing, seq) select 1, contact, now(), 'opened', 1, seq from delivery_recipient r where seq % 2 = 0"
    " and not exists (select from feedback_event e where e.mailing = 1 and e.contact = r.contact)",
    "vacuum analyze",
)


def begin(conn: psycopg.Connection[Any]) -> None:
    """Make the list, the mailing and the indexes that the segments name."""
    from penstock.account import transports
    from penstock.content.message import Message
    from penstock.content.messages import store_message
    from penstock.mailing import mailings

    conn.execute("insert into audience_list (account_id, name) values (1, 'readers')")
    message = store_message(conn, 1, Message(sender="News <news@example.org>", subject="News", text="News"))
    transport = transports.store(conn, 1, "smtp://127.0.0.1:1")
    mailings.create(conn, 1, name="news", message=message, audience={"list": 1}, transport=transport)
    for attribute, type in (("city", "text"), ("age", "number")):
        indexing.declare(conn, 1, attribute, type, SYSTEM)


def fill(conn: psycopg.Connection[Any], first: int, count: int) -> None:
    """Add contacts up to `count`, and what stands around them."""
    conn.execute(_FILL, {"first": first, "count": count})
    for statement in _AROUND:
        conn.execute(statement)
    indexing.build(conn)


def timed(ask: Any, rounds: int) -> float:
    """The median of the rounds in milliseconds, after one that is not counted."""
    ask()
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def measure(conn: psycopg.Connection[Any], rounds: int) -> dict[str, dict[str, float]]:
    """Milliseconds and contacts of each segment; `plain` is what they are held against."""
    found = {"plain": {"ms": timed(lambda: conn.execute(PLAIN).fetchone(), rounds), "count": 0.0}}
    for name, text in (INDEXED | OTHERS | UNJUDGED).items():
        condition = read(text)
        count = counting.count(conn, 1, condition, first=0).count or 0
        ms = timed(lambda condition=condition: counting.count(conn, 1, condition, first=0), rounds)
        found[name] = {"ms": ms, "count": float(count)}
    return found


def judge(found: dict[str, dict[str, float]], count: int) -> list[str]:
    """The segments that take longer than they may."""
    bound = found["plain"]["ms"] * TIMES
    late = [name for name in OTHERS if found[name]["ms"] > bound]
    return late + [name for name in INDEXED if count == JUDGED and found[name]["ms"] > LIMIT]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--counts", default="100000,1000000")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    counts, figures, late = sorted(map(int, given.counts.split(","))), {}, list[str]()
    with Home() as _home:
        database.ready()
        with database.connect(name="penstock bench") as conn:
            begin(conn)
            for before, count in zip([0, *counts], counts, strict=False):
                fill(conn, before + 1, count)
                figures[str(count)] = found = measure(conn, given.rounds)
                late += [f"{name} at {count:,}" for name in judge(found, count)]
    print("milliseconds".ljust(18) + "".join(f"{int(count):>14,}" for count in figures))
    for name in ("plain", *INDEXED, *OTHERS, *UNJUDGED):
        print(name.ljust(18) + "".join(f"{figures[count][name]['ms']:>14.1f}" for count in figures))
    print("target met" if not late else f"too slow: {', '.join(late)}")
    results.save("segments", {"options": vars(given), "figures": figures, "late": late})
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
