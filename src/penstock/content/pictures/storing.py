"""Pictures in the database: each once for an account, found by its key, kept while anything shows it."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple

import psycopg
from psycopg.rows import class_row

from penstock.account.journalling import record
from penstock.content.links import link_base
from penstock.content.pictures.judging import KINDS, judge
from penstock.mailing.actor import Actor
from penstock.platform import environment
from penstock.platform.database import sql
from penstock.transport.reply import sanitise

LONGEST_NAME: Final = 200
"""Characters."""
_FILE: Final = re.compile(r"[0-9a-f]{32}\.[a-z]{3,4}")
_EXTENSIONS: Final = dict(KINDS.values())
_SELECT: Final = (
    "select id, key, name, media_type, width, height, size, made_by, created_at from content_picture"
)


class UnknownPicture(LookupError):
    """There is no such picture."""


class PictureInUse(Exception):
    """Mailings or templates show it; `more` names some of them."""

    def __init__(self, number: int, users: "Users") -> None:
        parts = [f"{kind} {', '.join(map(str, some))}" for kind, some in users._asdict().items() if some]
        super().__init__(
            f"Picture {number} is shown by {' and '.join(parts)}. Delete it by force, and they show a gap."
        )
        self.more = {kind: list(some) for kind, some in users._asdict().items()}


class Users(NamedTuple):
    """Some of the mailings and templates, by number, whose message shows a picture. Sent ones count: readers open them later."""

    mailings: list[int]
    templates: list[int]


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture; `size` in octets."""

    id: int
    key: str
    name: str
    media_type: str
    width: int
    height: int
    size: int
    made_by: str
    created_at: datetime

    @property
    def file(self) -> str:
        """The last part of its address."""
        return f"{self.key}.{_EXTENSIONS[self.media_type]}"

    @property
    def url(self) -> str:
        """Where it is served."""
        return f"{link_base(environment.base_url())}/p/{self.file}"


class Served(NamedTuple):
    """What is sent to who asks for a picture."""

    media_type: str
    digest: bytes
    data: bytes


def keep(
    conn: psycopg.Connection[Any], account: int, *, name: str, data: bytes, actor: Actor
) -> tuple[Picture, bool]:
    """Keep a picture, stripped of its metadata; return it, and whether it is new: the same picture is kept once.

    Raises PictureTooLarge, PictureError.
    """
    judged = judge(data)
    digest = sha256(judged.data).digest()
    called = sanitise(name)[:LONGEST_NAME].strip() or "picture"
    with conn.transaction():
        row = conn.execute(
            "insert into content_picture (account_id, key, name, media_type, width, height, size, digest, data, made_by)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict (account_id, digest) do nothing returning id",
            (account, secrets.token_hex(16), called, judged.media_type, judged.width, judged.height, len(judged.data), digest,
             judged.data, actor.name),
        ).fetchone()  # fmt: skip
        if row is not None:
            record(conn, account, actor, "picture_upload", picture=row[0], name=called, size=len(judged.data))
    there = conn.execute(
        "select id from content_picture where account_id = %s and digest = %s", (account, digest)
    ).fetchone()
    if there is None:  # deleted in between
        return keep(conn, account, name=name, data=data, actor=actor)
    return require(conn, account, int(there[0])), row is not None


def page(
    conn: psycopg.Connection[Any], account: int, *, limit: int, before: int | None = None
) -> list[Picture]:
    """Return pictures, newest first, those before `before`."""
    with conn.cursor(row_factory=class_row(Picture)) as cursor:
        return cursor.execute(
            f"{_SELECT} where account_id = %s and (%s::integer is null or id < %s) order by id desc limit %s",
            (account, before, before, limit),
        ).fetchall()


def require(conn: psycopg.Connection[Any], account: int, number: int) -> Picture:
    """Return one picture. Raises UnknownPicture."""
    with conn.cursor(row_factory=class_row(Picture)) as cursor:
        found = cursor.execute(f"{_SELECT} where account_id = %s and id = %s", (account, number)).fetchone()
    if found is None:
        raise UnknownPicture(f"There is no picture {number}.")
    return found


def users(conn: psycopg.Connection[Any], account: int, picture: Picture) -> Users:
    """Return some of the mailings and templates that show it now."""
    row = conn.execute(
        sql("penstock.content", "picture_users"), {"account": account, "key": picture.key, "some": 20}
    ).fetchone()
    assert row is not None
    return Users(*row)


def delete(
    conn: psycopg.Connection[Any], account: int, number: int, actor: Actor, *, force: bool = False
) -> None:
    """Delete a picture. Raises UnknownPicture; PictureInUse while anything shows it, unless `force`."""
    with conn.transaction():
        picture = require(conn, account, number)
        shown = users(conn, account, picture)
        if any(shown) and not force:
            raise PictureInUse(number, shown)
        conn.execute("delete from content_picture where account_id = %s and id = %s", (account, number))
        record(conn, account, actor, "picture_delete", picture=number, name=picture.name, **shown._asdict())


def served(conn: psycopg.Connection[Any], file: str) -> Served | None:
    """Return the picture under this last part of an address, whichever account's it is; None where there is none."""
    if not _FILE.fullmatch(file):
        return None
    key, _, extension = file.partition(".")
    row = conn.execute(
        "select media_type, digest, data from content_picture where key = %s", (key,), binary=True
    ).fetchone()
    if row is None or _EXTENSIONS[row[0]] != extension:
        return None
    return Served(row[0], bytes(row[1]), bytes(row[2]))
