"""The background job of reports: large mailings are counted. A hint: asked for again whenever somebody looks and it is not there."""

import psycopg
from procrastinate import RetryStrategy

from penstock.platform import database, jobs
from penstock.platform.jobs import tasks
from penstock.report import tally

_again = RetryStrategy(max_attempts=3, exponential_wait=3, retry_exceptions=[psycopg.OperationalError])


@tasks.task(name=tally.JOB, retry=_again, queue=jobs.LONG)
def count(mailing: int) -> None:
    """Count one mailing. May run twice: what is counted already is not counted again."""
    with database.connect(name="penstock tally") as conn:
        tally.count(conn, mailing)
