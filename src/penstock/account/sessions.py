"""Sessions: where somebody is signed in. Django keeps them, django-allauth whose they are and from where."""

from typing import Any

import psycopg

from penstock.account.journalling import record
from penstock.mailing.actor import Actor


def end(conn: psycopg.Connection[Any], person: int) -> int:
    """End every session of this person, inside the transaction that says why; return how many there were."""
    return conn.execute(
        "with gone as (delete from usersessions_usersession where user_id = %s returning session_key)"
        " delete from django_session where session_key in (select session_key from gone)",
        (person,),
    ).rowcount


def note(conn: psycopg.Connection[Any], email: str, ways: list[str]) -> None:
    """Write into the journal that somebody signed in, and by which ways they proved who they are: password, link, mfa."""
    record(conn, None, Actor(email, frozenset(), "web", identity=email), "sign_in", person=email, by=ways)
