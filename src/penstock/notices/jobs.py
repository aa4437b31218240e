"""The background jobs of notices: sending e-mail, delivering to a webhook, forgetting what is old. Hints: truth is in the tables."""

from penstock.notices import delivering, posting
from penstock.platform import database
from penstock.platform.jobs import QUEUE, tasks

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
