"""The background jobs of preflight: analyses, test sends. Hints: truth is in the tables."""

from typing import Final

import psycopg
from procrastinate import JobContext, RetryStrategy

from penstock.platform import database, jobs
from penstock.platform.database import sql
from penstock.platform.jobs import QUEUE, tasks
from penstock.preflight import posting, supervising
from penstock.preflight.analyst.process import LOCK
from penstock.preflight.testing import JOB

TRIES: Final = 3
"""Processes that may die over one analysis before it is given up: it may be what kills them."""
SILENT: Final = "1 minute"
"""Without a sign of life and without a job, an analysis has failed."""
KEPT: Final = "30 days"
"""How long cases of an analysis are kept that is not its mailing's newest."""

_again = RetryStrategy(
    max_attempts=TRIES,
    exponential_wait=2,
    retry_exceptions=[psycopg.OperationalError, supervising.AnalystDied],
)


@tasks.task(name="analyse", retry=_again, pass_context=True, queue=jobs.LONG)
def analyse(context: JobContext, analysis: int) -> None:
    """Run one analysis. May run twice: it begins anew. A worker that stops gives it back, to be begun anew by the next."""
    with database.connect(name="penstock analysis watch") as conn:
        try:
            ended = supervising.conduct(conn, analysis, stop=jobs.stopping.is_set)
        except supervising.AnalystDied as error:
            if context.job.attempts + 1 >= TRIES:
                supervising.give_up(conn, analysis, error)
                return
            raise
        if ended in supervising.LIVE:
            raise supervising.AnalystDied("the worker stopped")


@tasks.periodic(cron="* * * * *", queueing_lock="fail_abandoned_analyses")
@tasks.task(name="fail_abandoned_analyses", queue=QUEUE, queueing_lock="fail_abandoned_analyses")
def fail_abandoned(timestamp: int) -> None:
    """Every minute: what nobody is at any more has failed, so that nobody waits for it."""
    with database.connect(name="penstock analysis watch") as conn:
        conn.execute(sql("penstock.preflight", "fail_abandoned"), {"after": SILENT, "lock": LOCK})


@tasks.task(name=JOB, retry=_again, queue=jobs.PROMPT)
def send_tests(mailing: int) -> None:
    """Send the tests of a mailing that wait. May run twice: each test is taken once."""
    with database.connect(name="penstock tests") as conn:
        if posting.send(conn, mailing):
            jobs.defer(conn, JOB, mailing=mailing, queue=jobs.PROMPT)


@tasks.periodic(cron="47 3 * * *", queueing_lock="forget_cases")
@tasks.task(name="forget_cases", queue=QUEUE, queueing_lock="forget_cases")
def forget_cases(timestamp: int) -> None:
    """Every night: whom findings concerned, where the contact was erased, or a newer analysis came more than KEPT ago."""
    with database.connect(name="penstock analysis watch") as conn:
        conn.execute(sql("penstock.preflight", "forget_cases"), {"after": KEPT})
