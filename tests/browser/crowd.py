"""A crowd around a furnished account: thousands of mailings like those that are there, and many contacts, by a few statements.

A mailing of the crowd is a copy of the scene's in its state, with its journal, packages, ledger and notices; so whatever tables come
later are filled as well, as long as they name their mailing.
"""

from typing import Any

import psycopg
from psycopg import sql

from penstock.account.credits import ledger
from tests.browser.desk import TERMINAL, TOWNS
from tests.browser.scene import Scene

SHARES = {
    "draft": 30, "in_review": 6, "in_moderation": 2, "rejected": 20, "parked": 4, "scheduled": 10, "queued": 3, "starting": 1,
    "sending": 2, "paused": 3, "interrupted": 1, "finishing": 2, "cancelling": 1, "sent": 850, "cancelled": 50, "expired": 15,
}  # fmt: skip
"""Of a thousand mailings so many are in each state."""
_FOLLOWING = {
    "mailing_entry": "mailing_id", "mailing_chain": "mailing", "mailing_submission": "mailing_id", "mailing_saved": "mailing_id",
    "mailing_approval": "mailing_id", "delivery_package": "mailing", "delivery_recipient": "mailing", "delivery_outcome": "mailing",
    "delivery_due": "mailing", "preflight_analysis": "mailing_id", "preflight_test": "mailing_id", "notices_notice": "mailing_id",
}  # fmt: skip
"""Tables with rows of a mailing, and the column that names it."""
_OTHER = {
    "mailing_mailing": {
        "id": "new", "name": "t.name || ' ' || n", "created_at": "t.created_at - n * interval '2 hours'",
        "started_at": "t.started_at - n * interval '2 hours'", "finished_at": "t.finished_at - n * interval '2 hours'",
        "chain_id": "null", "position": "null",
    },
    "mailing_entry": {"at": "t.at - n * interval '2 hours'"},
    "notices_notice": {"uuid": "gen_random_uuid()", "entry": "-row_number() over () - (select count(*) from notices_notice)"},
}  # fmt: skip
"""What is not as in the row that is copied."""


def gather(scene: Scene, *, mailings: int, contacts: int) -> None:
    """Put so many mailings and contacts into the scene's account, and bring the planner's statistics up to date."""
    conn = scene.desk.conn
    _mailings(conn, scene, mailings)
    scene.things["lists"].append(contacts_of(conn, scene, contacts))
    _others(conn, scene, max(50, contacts // 50))
    _bounces(conn, scene, contacts)
    _queue(conn, scene)
    conn.execute("analyze")


def _mailings(conn: psycopg.Connection[Any], scene: Scene, count: int) -> None:
    conn.execute("create temporary table copied (old integer, new integer primary key, n integer)")
    shares = [(scene.mailings[state], max(1, count * share // 1000)) for state, share in SHARES.items()]
    conn.execute(
        "insert into copied select old, nextval(pg_get_serial_sequence('mailing_mailing', 'id')), row_number() over () from ("
        " select old from unnest(%s::integer[], %s::integer[]) as t (old, times), generate_series(1, times) as g order by hashint4(old * 7919 + g)) as mixed",
        ([old for old, _ in shares], [times for _, times in shares]),
    )
    for table, column in {"mailing_mailing": "id", **_FOLLOWING}.items():
        _copy(conn, table, column)
    conn.execute("drop table copied")


def _copy(conn: psycopg.Connection[Any], table: str, named_by: str) -> None:
    rows = conn.execute(
        "select column_name from information_schema.columns where table_schema = 'public' and table_name = %s"
        " and not (column_name = 'id' and (is_identity = 'YES' or column_default is not null) and %s <> 'id') and is_generated = 'NEVER'",
        (table, named_by),
    ).fetchall()
    changed = {named_by: "new", **_OTHER.get(table, {})}
    columns = [name for (name,) in rows]
    values = [sql.SQL(changed[name]) if name in changed else sql.Identifier("t", name) for name in columns]  # type: ignore[arg-type]
    conn.execute(
        sql.SQL(
            "insert into {} ({}) overriding system value select {} from {} t join copied on copied.old = t.{}"
        ).format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.SQL(", ").join(values),
            sql.Identifier(table),
            sql.Identifier(named_by),
        )
    )


def contacts_of(conn: psycopg.Connection[Any], scene: Scene, count: int) -> int:
    """Everybody is on one list, and a part on each of twenty others; returns the number of the list of all."""
    given = {"account": scene.desk.account, "count": count, "towns": list(TOWNS)}
    conn.execute(
        "insert into audience_contact (account_id, address, normal, attributes) select %(account)s, a, a,"
        " jsonb_build_object('first_name', 'Reader ' || n, 'town', (%(towns)s::text[])[1 + n %% 8], 'code', n)"
        " from (select n, 'crowd' || n || '@example.com' as a from generate_series(1, %(count)s) as n) as one",
        given,
    )
    lists = [
        row[0]
        for row in conn.execute(
            "insert into audience_list (account_id, name) select %s, 'Crowd ' || n from generate_series(0, 20) as n returning id",
            (scene.desk.account,),
        )
    ]
    conn.execute(
        "insert into audience_membership (list_id, contact_id)"
        " select l.id, c.id from audience_contact c join lateral unnest(%(lists)s::integer[]) with ordinality as l (id, n)"
        "  on l.n = 1 or (c.id + l.n) %% 40 = 0 where c.account_id = %(account)s and c.normal like 'crowd%%'",
        given | {"lists": lists},
    )
    return int(lists[0])


def _bounces(conn: psycopg.Connection[Any], scene: Scene, count: int) -> None:
    """Of the mailing that was sent, and of one that is long gone."""
    conn.execute(
        "insert into feedback_bounce (account, mailing, seq, contact, normal, at, class, code, enhanced, text, origin, suppressed)"
        " select %s, case n %% 2 when 0 then %s else 1 end, 1000 + n, n, 'left' || n || '@example.com', now() - n * interval '1 minute',"
        " case n %% 3 when 0 then 'hard' when 1 then 'soft' else 'blocked' end, 550, '5.1.1', 'no such user', 'dsn', n %% 3 = 0"
        " from generate_series(1, %s) n",
        (scene.desk.account, scene.mailings["sent"], count),
    )


def _others(conn: psycopg.Connection[Any], scene: Scene, count: int) -> None:
    """Suppressions, imports with their problems, templates, deliveries of a webhook, notices as people have them."""
    given = {
        "account": scene.desk.account,
        "count": count,
        "some": min(count, 2000),
        "import": scene.things["imports"][0],
    }
    for statement in (
        "insert into audience_suppression (account_id, normal, reason, origin) select %(account)s, 'left' || n || '@example.com', 'unsubscribed',"
        " 'mailing 1' from generate_series(1, %(count)s) as n",
        "insert into audience_import (account_id, name, state, rows, created, columns, started_at, finished_at) select %(account)s,"
        " 'file ' || n || '.csv', 'done', 900, 900, '[]', now(), now() from generate_series(1, %(some)s / 4) as n",
        "insert into audience_import_problem (import_id, line, kind, value, reason) select %(import)s, 100 + n, 'rejected', 'x' || n, 'no address'"
        " from generate_series(1, %(some)s) as n",
        "insert into content_template (account_id, name, version, message_id, made_by, created_at, changed_at) select account_id, name || ' ' || n,"
        " version, message_id, made_by, created_at, changed_at from content_template, generate_series(1, %(some)s / 10) as n where account_id = %(account)s",
        "insert into notices_copy (notice_id, identity, state, attempts, reply) select t.id, p.email, 'listed', 0, '' from notices_notice t"
        " join account_membership m on m.account_id = t.account_id join account_person p on p.id = m.person_id"
        " where t.account_id = %(account)s on conflict do nothing",
        "insert into notices_delivery (webhook_id, notice_id, uuid, kind, body, at, state, attempts, settled_at) select w.id, t.id,"
        " gen_random_uuid(), t.kind, '{}', t.at, 'delivered', 1, t.at from notices_webhook w join notices_notice t on t.account_id = w.account_id"
        " where w.account_id = %(account)s on conflict do nothing",
    ):  # fmt: skip
        conn.execute(statement, given)


def _queue(conn: psycopg.Connection[Any], scene: Scene) -> None:
    conn.execute(
        "update mailing_queue set mailings = (select array_agg(id order by id) from mailing_mailing where account_id = %(account)s"
        " and state = 'queued') where account_id = %(account)s",
        {"account": scene.desk.account},
    )


def giant(
    scene: Scene, listed: int, *, name: str = "Giant", package_size: int = 5000, sent: float = 0.6
) -> int:
    """A mailing to everybody on the list, under way; returns its number. Its ledger is written by the freeze itself."""
    desk, conn = scene.desk, scene.desk.conn
    desk.policy(package_size=package_size)
    ledger.top_up(conn, desk.account, TERMINAL, amount=20_000_000)
    number = desk.begun(desk.release(desk.draft(name, to=listed)))
    packages = conn.execute(
        "select count(*) from delivery_package where mailing = %s and no > 0", (number,)
    ).fetchone()
    assert packages
    given = {"mailing": number, "last": int(packages[0] * sent), "transport": desk.transport}
    conn.execute(
        "with said as (select delivery_reply_id(250, '2.0.0', 'Ok: queued as {}', 'DATA') as fine,"
        "                     delivery_reply_id(550, '5.1.1', 'No such user here', 'RCPT') as wrong)"
        " insert into delivery_outcome (at, mailing, package, seq, reply, transport, state, detail)"
        " select now() - (%(last)s - package) * interval '4 seconds' + random() * interval '3 seconds', mailing, package, seq,"
        "        case when seq %% 50 = 0 then wrong else fine end, %(transport)s, case when seq %% 50 = 0 then 7 else 5 end, 'A1B2C3'"
        "   from delivery_recipient, said where mailing = %(mailing)s and package between 1 and %(last)s",
        given,
    )
    conn.execute(
        "update delivery_package p set state = 'done', cursor = size, begun_at = c.at - interval '3 seconds', closed_at = c.at,"
        " bounced = c.bounced, accepted = size - c.bounced, epoch = 1 from (select package, max(at) as at,"
        " count(*) filter (where state = 7) as bounced from delivery_outcome where mailing = %(mailing)s group by package) as c"
        " where p.mailing = %(mailing)s and p.no = c.package",
        given,
    )
    conn.execute(
        "update mailing_mailing set started_at = now() - %(last)s * interval '4 seconds' where id = %(mailing)s",
        given,
    )
    conn.execute("analyze")
    return number
