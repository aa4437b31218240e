"""What somebody says of themselves: name, language, time zone, password."""

from typing import Any

import psycopg

from penstock.account import sessions
from penstock.account.accounts import check_name, check_zone
from penstock.account.journalling import record
from penstock.account.people import PersonError
from penstock.mailing.actor import Actor

LANGUAGES = {"en": "English", "fr": "Français"}
"""What we speak, each named in itself. Somebody without a choice ("") gets what their browser asks for."""


def check_language(language: str) -> str:
    """Return `language` when we speak it, or it is "". Raises PersonError."""
    if language and language not in LANGUAGES:
        raise PersonError(f"There is no language {language!r}; there are {', '.join(LANGUAGES)}.")
    return language


def change(conn: psycopg.Connection[Any], person: int, *, name: str, zone: str, language: str) -> None:
    """Set what somebody is called, and the zone and language that they see things in. Raises PersonError, AccountError."""
    conn.execute(
        "update account_person set name = %s, zone = %s, language = %s where id = %s",
        (check_name(name), check_zone(zone), check_language(language), person),
    )


def keep_password(conn: psycopg.Connection[Any], person: int, hashed: str, email: str) -> None:
    """Keep a new password's hash (never the password), which ends every session of theirs with the same commit."""
    with conn.transaction():
        conn.execute("update account_person set password = %s where id = %s", (hashed, person))
        sessions.end(conn, person)
        actor = Actor(email, frozenset(), "web", identity=email)
        record(conn, None, actor, "password_change", person=email)
