"""The background jobs of notices: sending e-mail, delivering to a webhook, forgetting what is old. Hints: truth is in the tables."""

from procrastinate import JobContext, RetryStrategy

from penstock.notices import delivering, posting, ways_in
from penstock.platform import database
from penstock.platform.jobs import PROMPT, QUEUE, tasks

KEPT_DELIVERIES = "30 days"
KEPT_NOTICES = "400 days"


@tasks.task(name="send_notices", queue=QUEUE)
def send_notices(account: int) -> None:
    """Send by e-mail what is due for one account."""
    with database.connect(name="penstock notices") as conn:
        posting.send_due(conn, account)


@tasks.task(name="deliver_webhook", queue=QUEUE)
def deliver_webhook(webhook: int) -> None:
    """Deliver what is due for one webhook."""
    with database.connect(name="penstock webhooks") as conn:
        delivering.deliver(conn, webhook)


_AGAIN = RetryStrategy(max_attempts=ways_in.ATTEMPTS, wait=ways_in.WAIT, retry_exceptions={ways_in.NotYet})


@tasks.task(name="send_sign_in_link", queue=PROMPT, retry=_AGAIN, pass_context=True)
def send_sign_in_link(context: JobContext, address: str) -> None:
    """Send a link by which somebody signs in who forgot their password."""
    with database.connect(name="penstock notices") as conn:
        ways_in.send_link(conn, address, last=_is_last(context))


@tasks.task(name="send_invitation", queue=PROMPT, retry=_AGAIN, pass_context=True)
def send_invitation(context: JobContext, account: int, invitation: int) -> None:
    """Send the letter of an invitation."""
    with database.connect(name="penstock notices") as conn:
        ways_in.send_invitation(conn, account, invitation, last=_is_last(context))


def _is_last(context: JobContext) -> bool:
    return context.job is not None and context.job.attempts + 1 >= ways_in.ATTEMPTS


@tasks.periodic(cron="41 3 * * *", queueing_lock="forget_notices")
@tasks.task(name="forget_notices", queue=QUEUE, queueing_lock="forget_notices")
def forget_notices(timestamp: int) -> None:
    """Every night: delete settled deliveries with their log after KEPT_DELIVERIES, notices after KEPT_NOTICES."""
    with database.connect(name="penstock notices") as conn, conn.transaction():
        conn.execute(
            "delete from notices_attempt where delivery_id in (select id from notices_delivery"
            " where settled_at < now() - %s::interval)",
            (KEPT_DELIVERIES,),
        )
        conn.execute(
            "delete from notices_delivery where settled_at < now() - %s::interval", (KEPT_DELIVERIES,)
        )
        old = "select id from notices_notice n where at < now() - %s::interval and not exists (select from notices_delivery d where d.notice_id = n.id)"
        conn.execute(f"delete from notices_copy where notice_id in ({old})", (KEPT_NOTICES,))
        conn.execute(
            f"delete from notices_notice where id in ({old}) and not exists"
            " (select from notices_copy c where c.notice_id = notices_notice.id)",
            (KEPT_NOTICES,),
        )
