"""Connections to PostgreSQL: the server given by `PENSTOCK_DATABASE_URL`, or the one embedded in the home."""

import importlib
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from penstock.platform import embedded, environment
from penstock.platform.trouble import Trouble

# The dead must be noticed in seconds on both sides: a sender's lock lives as long as its connection.
KEEPALIVE = {
    "connect_timeout": 10,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}

AWAY = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.IdleInTransactionSessionTimeout,
    psycopg.errors.TransactionTimeout,
)
"""The database does not answer, has enough to do, or has ended the connection of a process that hung (PostgreSQL files that under
"invalid transaction state", psycopg under InternalError): nobody's fault who asked, and worth trying again. `connect` says it as Trouble."""

_TIGHT = 20_000_000  # bytes free on its disk below which an embedded server dies for want of its next log file (16 MB)

_joined: dict[Path, str] = {}


def url() -> str:
    """Return the URL of a database that answers: the given one, or the home's own, started when needed.

    The given one is not connected to here (`ready` does). Raises Trouble.
    """
    given = environment.given_database_url()
    home = environment.home()
    if given:
        embedded.mark(home)  # for `penstock down` and `doctor`
        return _checked(given)
    _joined[home] = embedded.join(home)
    return _joined[home]


def _checked(given: str) -> str:
    if given.startswith(("postgresql://", "postgres://")):
        return given
    raise Trouble(
        "PENSTOCK_DATABASE_URL is no address of a PostgreSQL database.",
        "Write it as postgresql://user:password@host:5432/database, or leave it empty for the embedded one.",
    )


def _known_url() -> str:
    """Return the URL without asking the server whether it answers; the connection will tell."""
    return environment.given_database_url() or _joined.get(environment.home()) or url()


def ready() -> str:
    """Return the URL of a database whose schema is this version's; brings it up to date when it is behind.

    One short query when all is well. Raises Trouble: not reachable, too old, behind a transaction pooler,
    written by a newer Penstock, belonging to another secret key.
    """
    from penstock.platform import belonging, migrate

    address = url()
    with connect(name="penstock start") as conn:
        migrate.check_server(conn)
        marker = migrate.marker(conn)
    belonging.refuse_other_key(marker.key)
    if not marker.is_current:
        migrate.bring_up(address)
    return address


def connect(*, autocommit: bool = True, name: str = "penstock", **kw: Any) -> psycopg.Connection[Any]:
    """Open a connection, named `name` in pg_stat_activity; an embedded server that died is started again.

    Raises Trouble when the database cannot be reached, with what it said.
    """
    options = {**KEEPALIVE, "application_name": name[:63], **kw}
    try:
        return psycopg.connect(_known_url(), autocommit=autocommit, **options)
    except psycopg.OperationalError as error:
        if environment.given_database_url():
            raise unreachable(error) from error
    try:
        return psycopg.connect(url(), autocommit=autocommit, **options)
    except psycopg.OperationalError as error:
        raise unreachable(error) from error


async def connect_async(
    *, autocommit: bool = True, name: str = "penstock", **kw: Any
) -> psycopg.AsyncConnection[Any]:
    """Do as `connect`, for asyncio; only starting a server that died blocks the event loop."""
    options = {**KEEPALIVE, "application_name": name[:63], **kw}
    try:
        return await psycopg.AsyncConnection.connect(_known_url(), autocommit=autocommit, **options)
    except psycopg.OperationalError as error:
        if environment.given_database_url():
            raise unreachable(error) from error
    try:
        return await psycopg.AsyncConnection.connect(url(), autocommit=autocommit, **options)
    except psycopg.OperationalError as error:
        raise unreachable(error) from error


def unreachable(error: psycopg.OperationalError) -> Trouble:
    """Return the sentence and the cure for a connection that failed."""
    said = _cause(error)
    if not environment.given_database_url() and (free := embedded.disk_free(environment.home())) < _TIGHT:
        # A server that cannot write its log ends itself at once, and has no time to say why.
        return Trouble(
            f"The disk of the database is full: {free / 1e6:.0f} MB are free in {environment.home()}.",
            "Free some space; what was committed is safe, and sending goes on where it stopped.",
        )
    if "too many clients" in said or "remaining connection slots" in said:
        return Trouble(
            f"The database has no connection left: {said}", "Raise max_connections or end some commands."
        )
    if "authentication failed" in said or "no password supplied" in said:
        return Trouble(
            f"The database refused the log-in: {said}",
            "Correct the name and password in PENSTOCK_DATABASE_URL.",
        )
    return Trouble(f"The database cannot be reached: {said}", "`penstock doctor` looks for the cause.")


def _cause(error: psycopg.OperationalError) -> str:
    """Return the line that says why: libpq puts the cause first and hints behind it, indented."""
    lines = [" ".join(line.split()) for line in str(error).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    telling = (
        "authentication failed",
        "no password supplied",
        "too many clients",
        "remaining connection slots",
    )
    cause = next((line for line in lines if any(words in line for words in telling)), lines[0])
    if cause.endswith(":"):  # "Multiple connection attempts failed. All failures were:"
        cause = " ".join(lines[:2])
    return cause.removeprefix("connection failed: ")


def explain(error: psycopg.Error) -> Trouble | None:
    """Return a Trouble for an error of the database that a person can mend; None for the others."""
    if isinstance(error, psycopg.errors.DiskFull) or "No space left on device" in str(error):
        return Trouble(
            f"The disk of the database is full: {str(error).splitlines()[0]}",
            "Free some space; what was committed is safe, and sending goes on where it stopped.",
        )
    if isinstance(error, psycopg.errors.TooManyConnections):
        return Trouble(
            f"The database has no connection left: {error}", "Raise max_connections or end some commands."
        )
    if isinstance(error, psycopg.errors.ReadOnlySqlTransaction):
        return Trouble(
            f"The database takes no changes: {error}", "Point PENSTOCK_DATABASE_URL at the primary server."
        )
    return None


@cache
def sql(package: str, name: str) -> str:
    """Return the text of `<package>/sql/<name>.sql`: one statement, named as the function that runs it."""
    module = importlib.import_module(package)
    for place in module.__path__:
        file = Path(place) / "sql" / f"{name}.sql"
        if file.exists():
            return file.read_text(encoding="utf-8")
    raise FileNotFoundError(f"{package} has no sql/{name}.sql")
