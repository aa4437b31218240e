"""The background jobs of reports: large mailings are counted (a hint: asked for again whenever somebody looks), credits are watched."""

import psycopg
from procrastinate import RetryStrategy

from penstock.platform import database, jobs
from penstock.platform.jobs import tasks
from penstock.report import tally, warning

_again = RetryStrategy(max_attempts=3, exponential_wait=3, retry_exceptions=[psycopg.OperationalError])


@tasks.task(name=tally.JOB, retry=_again, queue=jobs.LONG)
def count(mailing: int) -> None:
    """Count one mailing. May run twice: what is counted already is not counted again."""
    with database.connect(name="penstock tally") as conn:
        tally.count(conn, mailing)


@tasks.periodic(cron="*/10 * * * *", queueing_lock="watch_credits")
@tasks.task(name="watch_credits", queue=jobs.LONG, queueing_lock="watch_credits")
def watch_credits(timestamp: int) -> None:
    """Every ten minutes: count the recipients of what goes soon, and warn where credits run short."""
    with database.connect(name="penstock credits") as conn:
        warning.watch(conn)
