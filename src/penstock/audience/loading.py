"""How an import's rows get into the table of contacts: by merging, or, into an empty table, without its indexes.

Merging: COPY into a temporary table, then set-wise update and insert. Filling: where there are no contacts to speak of
(a first import), COPY goes straight into the table whose two indexes are dropped and built afterwards, in bulk, which
takes a quarter of the time of keeping them up row by row. Both happen in the import's one transaction.
"""

from collections.abc import Iterable
from typing import Any, Final, Protocol, TypedDict

import psycopg

from penstock.audience import ahead
from penstock.audience.columns import Columns
from penstock.audience.records import Records, into
from penstock.platform.database import sql

FILL_FROM: Final = 2 << 20  # bytes; below, merging takes no time worth a lock
_PHONE_INDEX: Final = (
    "create index audience_contact_phone on audience_contact (phone, account_id) where phone is not null"
)
_ROW: Final = 64  # bytes of a line, roughly
_FEW: Final = 100  # filling pays while the contacts there are less than one in so many of the new ones


class Counts(TypedDict):
    """What became of the accepted rows."""

    created: int
    updated: int
    unchanged: int
    duplicates: int


class Target(Protocol):
    """Where rows go. `base` is added to a line's number to make a row's id."""

    base: int

    def fill(self, rows: Iterable[bytes]) -> None:
        """Take all rows, in COPY's text format."""

    def settle(self, number: int, list_id: int | None, records: Records) -> Counts:
        """Make contacts of them (and members of the list), note duplicates for import `number`, and count."""


def choose(conn: psycopg.Connection[Any], account: int, size: int, columns: Columns) -> Target:
    """Return the way that suits a file of `size` bytes; call it in the import's transaction."""
    conn.execute("set local work_mem = '64MB'")
    conn.execute("set local maintenance_work_mem = '192MB'")
    if size >= FILL_FROM and _lock_if_small(conn, size // _ROW // _FEW):
        return Filling(conn, account, columns)
    return Merging(conn, account, columns)


def _lock_if_small(conn: psycopg.Connection[Any], few: int) -> bool:
    """Take the table for ourselves if it has at most `few` contacts and nobody uses it at this moment."""
    count = "select count(*) from (select from audience_contact limit %s) as seen"
    if _number(conn, count, few + 1) > few:
        return False
    try:
        with conn.transaction():
            conn.execute("lock table audience_contact, audience_membership in access exclusive mode nowait")
    except psycopg.errors.LockNotAvailable:
        return False
    return _number(conn, count, few + 1) <= few


def _number(conn: psycopg.Connection[Any], statement: str, *given: Any) -> int:
    row = conn.execute(statement, given).fetchone()
    assert row is not None
    return int(row[0] or 0)


def _copy(conn: psycopg.Connection[Any], statement: str, rows: Iterable[bytes]) -> None:
    with conn.cursor() as cursor, cursor.copy(statement) as copy:
        ahead.feed(copy, rows)


class Merging:
    """Rows go through a temporary table; other writers of contacts wait while they are merged, readers do not."""

    base = 0

    def __init__(self, conn: psycopg.Connection[Any], account: int, columns: Columns) -> None:
        self._conn, self._account, self._into = conn, account, into(columns)
        self._has_both = columns.phone is not None and columns.address is not None
        conn.execute(sql("penstock.audience", "create_staging"))

    def fill(self, rows: Iterable[bytes]) -> None:
        _copy(self._conn, f"copy audience_staging {self._into} from stdin", rows)

    def settle(self, number: int, list_id: int | None, records: Records) -> Counts:
        conn, given = self._conn, {"account": self._account, "import": number, "list": list_id}
        conn.execute("analyze audience_staging (normal, phone)")
        duplicates = 0
        if _number(conn, sql("penstock.audience", "has_duplicates")):
            duplicates = conn.execute(sql("penstock.audience", "note_duplicates"), given).rowcount
            conn.execute(sql("penstock.audience", "drop_duplicates"))
        conn.execute("lock table audience_contact in share row exclusive mode")
        conn.execute(sql("penstock.audience", "find_met"), given)
        conn.execute("analyze audience_met")
        updated = conn.execute(sql("penstock.audience", "update_met"), given).rowcount
        if self._has_both:
            updated += conn.execute(sql("penstock.audience", "address_met"), given).rowcount
        if list_id is not None:
            conn.execute(sql("penstock.audience", "join_list_met"), given)
        accepted = records.rows - records.rejected - duplicates
        created = accepted - _number(conn, "select count(*) from audience_met")
        if created:
            conn.execute(sql("penstock.audience", "insert_new"), given)
        return Counts(
            created=created, updated=updated, unchanged=accepted - created - updated, duplicates=duplicates
        )


class Filling:
    """Rows go straight into the table, which is ours until the end of the transaction.

    The id of a row is `base` and the number of its line, so that duplicates can be told by their lines.
    """

    def __init__(self, conn: psycopg.Connection[Any], account: int, columns: Columns) -> None:
        self._conn, self._account, self._into = conn, account, into(columns)
        self._has_numbers = columns.phone is not None
        self._has_both = self._has_numbers and columns.address is not None
        self.base = _number(conn, "select nextval(pg_get_serial_sequence('audience_contact', 'id'))")
        self._fresh = not _number(conn, "select count(*) from (select from audience_contact limit 1) as seen")
        conn.execute(
            "alter table audience_contact drop constraint audience_contact_pkey, drop constraint audience_contact_normal"
        )
        # A job makes it again (segments.indexing): until then segments read all contacts.
        conn.execute("drop index if exists audience_contact_domain")
        if self._has_numbers:
            conn.execute("drop index audience_contact_phone")
        if (
            self._fresh
        ):  # a new file: its rows need no log where the server keeps it minimal, and are frozen at once
            conn.execute("truncate audience_contact")

    def fill(self, rows: Iterable[bytes]) -> None:
        option = " with (freeze)" if self._fresh else ""
        _copy(self._conn, f"copy audience_contact {self._into} from stdin{option}", rows)

    def settle(self, number: int, list_id: int | None, records: Records) -> Counts:
        conn = self._conn
        given = {"account": self._account, "import": number, "list": list_id, "base": self.base}
        last = self.base + records.line + 1
        _number(conn, "select setval(pg_get_serial_sequence('audience_contact', 'id'), %s)", last)
        conn.execute("alter table audience_contact add constraint audience_contact_pkey primary key (id)")
        numbered = self._has_both and not self._fresh and self._numbered(given)
        duplicates = updated = met = 0
        if not self._unique():
            conn.execute(sql("penstock.audience", "find_repeated"), given)
            duplicates = conn.execute(sql("penstock.audience", "note_repeated"), given).rowcount
            met = _number(
                conn, "select count(*) from audience_repeated where id = last and first <= %s", self.base
            )
            updated = conn.execute(sql("penstock.audience", "update_repeated"), given).rowcount
            if list_id is not None:
                conn.execute(sql("penstock.audience", "join_list_repeated"), given)
            conn.execute(sql("penstock.audience", "drop_repeated"), given)
            self._add_unique()
        if self._has_numbers:
            conn.execute(_PHONE_INDEX)
        if numbered:
            conn.execute(sql("penstock.audience", "find_addressed"), given)
            addressed = conn.execute(sql("penstock.audience", "address_filled")).rowcount
            met, updated = met + addressed, updated + addressed
        # Nobody seeks by the rest, which is wide.
        conn.execute("analyze audience_contact (id, account_id, normal, phone)")
        if list_id is not None:
            self._join_list(given)
            if numbered:
                conn.execute(sql("penstock.audience", "join_list_addressed"), given)
        created = records.rows - records.rejected - duplicates - met
        return Counts(created=created, updated=updated, unchanged=met - updated, duplicates=duplicates)

    def _numbered(self, given: dict[str, Any]) -> bool:
        """Note who is known by a number alone, so that the rows with an address and this number can become theirs; False for nobody."""
        return self._conn.execute(sql("penstock.audience", "find_numbered"), given).rowcount > 0

    def _join_list(self, given: dict[str, Any]) -> None:
        """Put the new contacts on a list; where there are few members in all, likewise without the index."""
        conn, join = self._conn, sql("penstock.audience", "join_list_filled")
        members = _number(
            conn, "select count(*) from (select from audience_membership limit %s) as seen", _FEW + 1
        )
        if members > _FEW:
            conn.execute(join, given)
            return
        conn.execute("alter table audience_membership drop constraint audience_membership_pkey")
        if not members:
            conn.execute("truncate audience_membership")
        conn.execute(join, given)
        conn.execute(
            "alter table audience_membership add constraint audience_membership_pkey primary key (list_id, contact_id)"
        )

    def _unique(self) -> bool:
        """Build the unique index; False when addresses occur more than once."""
        try:
            with self._conn.transaction():
                self._add_unique()
        except psycopg.errors.UniqueViolation:
            return False
        return True

    def _add_unique(self) -> None:
        self._conn.execute(
            "alter table audience_contact add constraint audience_contact_normal unique (normal, account_id)"
        )
