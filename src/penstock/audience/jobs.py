"""Imports in the background: the task that a worker of this home runs for a file that was uploaded into it."""

import time
from dataclasses import asdict
from typing import Any, Final

import psycopg
from procrastinate import RetryStrategy
from psycopg.types.json import Jsonb

from penstock.audience import importing, uploads
from penstock.audience.segments import indexing
from penstock.audience.trouble import ImportFileError
from penstock.platform import database
from penstock.platform.jobs import LONG, tasks

EVERY: Final = 0.5  # seconds between two notes of how far an import is

_again = RetryStrategy(max_attempts=5, exponential_wait=3, retry_exceptions=[psycopg.OperationalError])


@tasks.task(name="import_upload", retry=_again)
def import_upload(number: int) -> None:
    """Import the file of import `number` and remove it. May run twice: importing again changes nothing more.

    A file that is unusable stands in its account's imports with the reason; that is no failure of the job. When the database
    goes away the file stays and the job is tried again.
    """
    with database.connect(name="penstock import") as conn, database.connect(name="penstock import") as notes:
        if (wanted := uploads.wanted(conn, number)) is None:
            return
        try:
            importing.import_file(
                conn, wanted.account, wanted.path, list_name=wanted.list_name,
                address_column=wanted.address_column, phone_column=wanted.phone_column, country=wanted.country, name=wanted.name, number=number, progress=_noted(notes, number),
            )  # fmt: skip
        except (ImportFileError, importing.AlreadyImported):
            pass  # noted by the import itself; or an earlier run of this job has done it
        except psycopg.OperationalError:
            raise
        except Exception:
            wanted.path.unlink(missing_ok=True)
            raise
        wanted.path.unlink(missing_ok=True)


@tasks.periodic(cron="*/5 * * * *", queueing_lock="index_contacts")
@tasks.task(name="index_contacts", queue=LONG, retry=_again)
def index_contacts(timestamp: int = 0) -> None:
    """Build the indexes that segments are asked by, where one is wanted and not there: declared, or dropped by a first import."""
    with database.connect(name="penstock indexes") as conn:
        indexing.build(conn)


def _noted(conn: psycopg.Connection[Any], number: int) -> importing.Watch:
    """Return a watcher that writes the progress down, now and then: the import's own transaction shows nothing until its end."""
    last = 0.0

    def watch(at: importing.Progress) -> None:
        nonlocal last
        if time.monotonic() - last < EVERY and at.phase != "storing":
            return
        last = time.monotonic()
        conn.execute("update audience_import set progress = %s where id = %s", (Jsonb(asdict(at)), number))

    return watch
