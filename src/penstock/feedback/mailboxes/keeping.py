"""The mailboxes of an account: made, changed, shown without their passwords."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg.rows import class_row

from penstock.account import access
from penstock.account.journalling import record
from penstock.account.secrets import decrypt, encrypt
from penstock.feedback.mailboxes.address import MailboxURLError, Place
from penstock.mailing.actor import Actor
from penstock.platform import jobs

MOST: Final = 20
"""Mailboxes of one account; each is looked into every minute."""
AFTERWARDS: Final = ("seen", "move", "delete", "leave")
"""What becomes of a message that was placed: marked as seen, moved to another folder, deleted, or left as it is."""
JOB: Final = "collect_mailbox"
_LONGEST_NAME: Final = 100
_LONGEST_FOLDER: Final = 200
_COLUMNS: Final = (
    "id, account_id as account, name, url, secret is not null as has_password, folder, afterwards, done_folder, enabled, next_at,"
    " read_at, messages, placed, trouble, failing_since, created_at"
)


class MailboxError(ValueError):
    """A mailbox that cannot be so; says what to do."""


class MailboxNameTaken(MailboxError):
    """The account has a mailbox of this name already."""


class UnknownMailbox(LookupError):
    """The account has no such mailbox."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox as it is shown. `messages` were read from it so far, and `placed` of them said something about a message of ours.

    `read_at`: when it was last read through; `trouble`: why it could not be, since `failing_since`.
    """

    id: int
    account: int
    name: str
    url: str
    has_password: bool
    folder: str
    afterwards: str
    done_folder: str
    enabled: bool
    next_at: datetime
    read_at: datetime | None
    messages: int
    placed: int
    trouble: str
    failing_since: datetime | None
    created_at: datetime

    @property
    def state(self) -> str:
        """In a word: off, new (not read yet), failing or sound."""
        if not self.enabled:
            return "off"
        return "failing" if self.failing_since else "sound" if self.read_at else "new"


def create(
    conn: psycopg.Connection[Any], account: int, *, name: str, url: str, actor: Actor, folder: str = "INBOX",
    afterwards: str = "seen", done_folder: str = "",
) -> Mailbox:  # fmt: skip
    """Add a mailbox; it is read within a minute. `url` has the password in it. Raises MailboxError, Forbidden."""
    access.require_in(actor, "mailboxes:write", account)
    place = _place(url, actor)
    given = _checked(name, folder, afterwards, done_folder)
    with conn.transaction():
        conn.execute("select from account_account where id = %s for update", (account,))  # so that MOST holds
        if len(listed(conn, account)) >= MOST:
            raise MailboxError(f"The account has {MOST} mailboxes, which is the most; delete one first.")
        number = _insert(conn, {**given, "account": account, "url": place.url, "secret": _locked(place)})
        record(conn, account, actor, "mailbox_add", mailbox=number, url=place.url, **given)
    return find(conn, account, number)


def update(
    conn: psycopg.Connection[Any], account: int, number: int, *, actor: Actor, name: str | None = None, url: str | None = None,
    folder: str | None = None, afterwards: str | None = None, done_folder: str | None = None, enabled: bool | None = None,
) -> Mailbox:  # fmt: skip
    """Change what is given. An address without a password keeps the one there is, for the same user of the same server.

    Another folder or server is read from its beginning. Raises UnknownMailbox, MailboxError, Forbidden.
    """
    access.require_in(actor, "mailboxes:write", account)
    with conn.transaction():
        conn.execute(
            "select from feedback_mailbox where id = %s and account_id = %s for update", (number, account)
        )
        before = find(conn, account, number)
        wanted = {"name": name, "folder": folder, "afterwards": afterwards}
        new: dict[str, Any] = _checked(
            **{key: getattr(before, key) if value is None else value for key, value in wanted.items()},
            done_folder=_done_folder(before, afterwards, done_folder),
        )
        new["enabled"] = before.enabled if enabled is None else enabled
        new |= {"url": before.url} if url is None else _moved(before, url, actor)
        told = {key: value for key, value in new.items() if key != "secret" and value != getattr(before, key)}
        if told or "secret" in new:
            _write(conn, number, new, anew=bool(told.keys() & {"url", "folder"}))
            record(
                conn,
                account,
                actor,
                "mailbox_update",
                mailbox=number,
                **told,
                password_changed="secret" in new,
            )
    return find(conn, account, number)


def delete(conn: psycopg.Connection[Any], account: int, number: int, actor: Actor) -> None:
    """Forget a mailbox; what lies in it stays there. Raises UnknownMailbox, Forbidden."""
    access.require_in(actor, "mailboxes:write", account)
    with conn.transaction():
        gone = find(conn, account, number)
        conn.execute("delete from feedback_mailbox where id = %s", (number,))
        record(conn, account, actor, "mailbox_delete", mailbox=number, name=gone.name, url=gone.url)


def read_now(conn: psycopg.Connection[Any], account: int, number: int, actor: Actor) -> Mailbox:
    """Have a mailbox read by a worker, at once. Raises UnknownMailbox, Forbidden."""
    access.require_in(actor, "mailboxes:write", account)
    found = find(conn, account, number)
    ask(conn, number)
    return found


def ask(conn: psycopg.Connection[Any], mailbox: int) -> None:
    """Enqueue a turn of a mailbox; its turns come one after another."""
    name = f"mailbox {mailbox}"
    jobs.defer(conn, JOB, mailbox=mailbox, queue=jobs.LONG, once=name, lock=name)


def find(conn: psycopg.Connection[Any], account: int, number: int) -> Mailbox:
    """Return one mailbox of the account. Raises UnknownMailbox."""
    found = _rows(conn, "where account_id = %(account)s and id = %(number)s", account=account, number=number)
    if not found:
        raise UnknownMailbox(f"There is no mailbox {number}.")
    return found[0]


def chosen(conn: psycopg.Connection[Any], account: int, which: str) -> Mailbox:
    """Return the mailbox of this name, or else of this number. Raises UnknownMailbox, with those that there are."""
    there = listed(conn, account)
    named = [each for each in there if each.name == which] or [
        each for each in there if str(each.id) == which
    ]
    if not named:
        known = ", ".join(f"{each.id} ({each.name})" for each in there) or "none"
        raise UnknownMailbox(f"There is no mailbox {which!r}. There are: {known}.")
    return named[0]


def listed(conn: psycopg.Connection[Any], account: int) -> list[Mailbox]:
    """Return the mailboxes of the account by name."""
    return _rows(conn, "where account_id = %(account)s order by name, id", account=account)


def opened(conn: psycopg.Connection[Any], mailbox: int) -> Place:
    """Return where a mailbox is, with its password: for whoever reads it. Raises SecretError, UnknownMailbox, MailboxURLError."""
    row = conn.execute("select url, secret from feedback_mailbox where id = %s", (mailbox,)).fetchone()
    if row is None:
        raise UnknownMailbox(f"There is no mailbox {mailbox}.")
    return Place.from_url(row[0], decrypt(row[1]) if row[1] else "")


def _rows(conn: psycopg.Connection[Any], where: str, **given: Any) -> list[Mailbox]:
    with conn.cursor(row_factory=class_row(Mailbox)) as cursor:
        return cursor.execute(f"select {_COLUMNS} from feedback_mailbox {where}".encode(), given).fetchall()


def _place(url: str, actor: Actor) -> Place:
    try:
        place = Place.from_url(url.strip())
    except MailboxURLError as error:
        raise MailboxError(str(error)) from None
    if place.cafile and actor.door != "cli":
        raise MailboxError(
            "The option cafile names a file of this server: it is set on the command line only."
        )
    return place


def _moved(before: Mailbox, url: str, actor: Actor) -> dict[str, Any]:
    """The columns of another address; the password goes to no other keeper than it was given for."""
    place = _place(url, actor)
    if place.password:
        return {"url": place.url, "secret": _locked(place)}
    if not place.same_keeper(Place.from_url(before.url)):
        raise MailboxError(
            "The password is kept for the server and the user that it was given for. Give it again with the new address."
        )
    return {"url": place.url}


def _locked(place: Place) -> bytes:
    if not place.password:
        raise MailboxError("A mailbox needs a password: imaps://user:password@imap.example.org")
    return encrypt(place.password)


def _checked(name: str, folder: str, afterwards: str, done_folder: str) -> dict[str, Any]:
    given = {
        "name": name.strip(),
        "folder": folder.strip(),
        "afterwards": afterwards,
        "done_folder": done_folder.strip(),
    }
    if not 0 < len(given["name"]) <= _LONGEST_NAME or not given["name"].isprintable():
        raise MailboxError(f"A mailbox's name is one printable line of at most {_LONGEST_NAME} characters.")
    for key in ("folder", "done_folder"):
        if len(given[key]) > _LONGEST_FOLDER or not given[key].isprintable():
            raise MailboxError(
                f"A folder's name is one printable line of at most {_LONGEST_FOLDER} characters."
            )
    if not given["folder"]:
        raise MailboxError("Name the folder to read, such as INBOX.")
    if afterwards not in AFTERWARDS:
        raise MailboxError(f"Afterwards a message can be {', '.join(AFTERWARDS)}; not {afterwards!r}.")
    if (afterwards == "move") != bool(given["done_folder"]):
        raise MailboxError("Name the folder that messages move to, for `move` and only for that.")
    if given["folder"] == given["done_folder"]:
        raise MailboxError("Messages move to another folder than the one that is read.")
    return given


def _done_folder(before: Mailbox, afterwards: str | None, done_folder: str | None) -> str:
    """The folder to move to: it goes by itself when messages are no longer moved."""
    if done_folder is None and afterwards not in (None, "move"):
        return ""
    return before.done_folder if done_folder is None else done_folder


def _insert(conn: psycopg.Connection[Any], given: Mapping[str, Any]) -> int:
    row = conn.execute(
        "insert into feedback_mailbox (account_id, name, url, secret, folder, afterwards, done_folder) values"
        " (%(account)s, %(name)s, %(url)s, %(secret)s, %(folder)s, %(afterwards)s, %(done_folder)s)"
        " on conflict (account_id, name) do nothing returning id",
        given,
    ).fetchone()
    if row is None:
        raise MailboxNameTaken(f"There is a mailbox {given['name']!r} already. Choose another name.")
    return int(row[0])


def _write(conn: psycopg.Connection[Any], number: int, new: Mapping[str, Any], *, anew: bool) -> None:
    columns = ", ".join(f"{column} = %({column})s" for column in new)
    again = ", uidvalidity = null, last_uid = 0, read_at = null" if anew else ""
    try:
        with conn.transaction():
            conn.execute(
                f"update feedback_mailbox set {columns}{again}, next_at = now(), trouble = '', failing_since = null, failures = 0"
                " where id = %(number)s",
                {**new, "number": number},
            )
    except psycopg.errors.UniqueViolation:
        raise MailboxNameTaken(f"There is a mailbox {new['name']!r} already. Choose another name.") from None
