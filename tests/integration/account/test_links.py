"""A sign-in link is used by one, and what is over is forgotten."""

import threading

import psycopg

from penstock.account import jobs, links, people
from penstock.mailing.actor import EVERY_ROLE, Actor
from penstock.mailing.lifecycle import PLATFORM
from penstock.platform.jobs import TASK_MODULES

OWNER = Actor("root", EVERY_ROLE | {PLATFORM}, "cli")


def test_of_many_who_come_with_a_link_one_gets_in(conn: psycopg.Connection, database: str) -> None:
    people.create(conn, email="anna@example.org", account=1, actor=OWNER)
    secret = links.make(conn, "anna@example.org", OWNER).url.rpartition("/")[2]
    got: list[int | None] = []
    begin = threading.Barrier(8)

    def come() -> None:
        with psycopg.connect(database, autocommit=True) as own:
            begin.wait()
            got.append(links.redeem(own, secret))

    threads = [threading.Thread(target=come) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 8
    assert len([number for number in got if number is not None]) == 1


def test_the_link_is_to_the_address_of_the_installation(conn: psycopg.Connection) -> None:
    people.create(conn, email="anna@example.org", account=1, actor=OWNER)
    assert links.make(conn, "anna@example.org", OWNER).url.startswith("http://127.0.0.1:8025/sign-in/")
    assert links.make(conn, "anna@example.org", OWNER, base="https://x.example").url.startswith(
        "https://x.example/sign-in/"
    )


def test_links_and_sessions_that_are_over_are_forgotten_every_night(conn: psycopg.Connection) -> None:
    people.create(conn, email="anna@example.org", account=1, actor=OWNER)
    conn.execute(
        "insert into account_link (person_id, hash, made_at, expires_at) select id, h::bytea, now(), now() + d::interval"
        " from account_person, (values ('old', '-1 s'), ('new', '1 hour')) as v (h, d)"
    )
    conn.execute(
        "insert into django_session (session_key, session_data, expire_date)"
        " values ('old', '', now() - interval '1 s'), ('new', '', now() + interval '1 hour')"
    )
    conn.execute(
        "insert into usersessions_usersession (user_id, created_at, ip, last_seen_at, session_key, user_agent, data)"
        " select id, now(), '127.0.0.1', now(), k, '', '{}' from account_person, (values ('old'), ('new')) as v (k)"
    )
    conn.execute(
        "insert into account_note (cache_key, value, expires)"
        " values ('old', '', now() - interval '1 s'), ('new', '', now() + interval '1 hour')"
    )
    jobs.forget_sign_ins(0)
    assert conn.execute("select session_key from usersessions_usersession").fetchall() == [("new",)]
    assert conn.execute("select cache_key from account_note").fetchall() == [("new",)]
    assert conn.execute("select hash from account_link").fetchall() == [(b"new",)]
    assert conn.execute("select session_key from django_session").fetchall() == [("new",)]
    assert jobs.__name__ in TASK_MODULES
