"""Every night: the answers kept for requests that may come again are forgotten."""

from penstock.mailing import repetition
from penstock.platform import database
from penstock.platform.jobs import QUEUE, tasks


@tasks.periodic(cron="37 3 * * *", queueing_lock="forget_answers")
@tasks.task(name="forget_answers", queue=QUEUE, queueing_lock="forget_answers")
def forget_answers(timestamp: int) -> None:
    """Delete answers older than repetition.KEPT."""
    with database.connect(name="penstock answers") as conn:
        repetition.forget_old(conn)
