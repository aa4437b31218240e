"""Background jobs of accounts: sending domains are checked when they are due; every night what is over is forgotten.

That is sign-in links and sessions of the web face, counts of attempts, invitations that nobody accepted for a season; tokens stay,
for the journal's sake.
"""

from penstock.account import domain_checks
from penstock.platform import database
from penstock.platform.jobs import QUEUE, tasks


@tasks.periodic(cron="27 3 * * *", queueing_lock="forget_sign_ins")
@tasks.task(name="forget_sign_ins", queue=QUEUE, queueing_lock="forget_sign_ins")
def forget_sign_ins(timestamp: int) -> None:
    """Delete links, sessions and counts that are over."""
    with database.connect(name="penstock sign-ins") as conn:
        conn.execute("delete from account_link where expires_at < now()")
        conn.execute("delete from account_invitation where expires_at < now() - interval '90 days'")
        conn.execute("delete from account_note where expires < now()")
        conn.execute("delete from django_session where expire_date < now()")
        conn.execute(
            "delete from usersessions_usersession u"
            " where not exists (select from django_session s where s.session_key = u.session_key)"
        )


@tasks.periodic(cron="* * * * *", queueing_lock="check_domains")
@tasks.task(name="check_domains", queue=QUEUE, queueing_lock="check_domains", lock="check_domains")
def check_domains(timestamp: int) -> None:
    """Every minute: look at the DNS of the sending domains that are due, one run after another."""
    with database.connect(name="penstock domains") as conn:
        domain_checks.check_due(conn)
