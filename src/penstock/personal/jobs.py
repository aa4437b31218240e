"""The background jobs of personal data: many people are erased, and what was on the wire when somebody was is cleaned."""

import psycopg
from procrastinate import RetryStrategy

from penstock.personal import many
from penstock.platform import database, jobs
from penstock.platform.jobs import tasks

_again = RetryStrategy(max_attempts=10, exponential_wait=3, retry_exceptions=[psycopg.OperationalError])


@tasks.task(name=many.JOB, retry=_again, queue=jobs.LONG)
def erase_many(number: int) -> None:
    """Work off one request. May run twice, and goes on where it stopped."""
    with database.connect(name="penstock erasure") as conn:
        while many.work_off(conn, number):
            if jobs.stopping.is_set():
                jobs.defer(conn, many.JOB, queue=jobs.LONG, number=number)
                return


@tasks.periodic(cron="* * * * *", queueing_lock="clean_erased")
@tasks.task(name="clean_erased", queueing_lock="clean_erased")
def clean_erased(timestamp: int = 0) -> None:
    """Every minute: what senders have recorded since of people who were erased in the middle of a mailing is reduced to codes."""
    with database.connect(name="penstock erasure") as conn:
        conn.execute("select feedback_clean_again(), delivery_clean_again()")
