"""Background jobs of what comes back: mailboxes are read and gateways asked every minute, strays are thrown away when they are old."""

from penstock.feedback import strays
from penstock.feedback.mailboxes import collecting, keeping
from penstock.feedback.mailboxes.keeping import JOB
from penstock.feedback.short import asking
from penstock.platform import database
from penstock.platform.jobs import LONG, QUEUE, tasks


@tasks.periodic(cron="* * * * *", queueing_lock="collect_mailboxes")
@tasks.task(name="collect_mailboxes", queue=QUEUE, queueing_lock="collect_mailboxes")
def collect_mailboxes(timestamp: int) -> None:
    """Every minute: have those read whose turn it is."""
    with database.connect(name="penstock mailboxes") as conn:
        for mailbox in collecting.due(conn):
            keeping.ask(conn, mailbox)


@tasks.task(name=JOB, queue=LONG)
def collect_mailbox(mailbox: int) -> None:
    """Read one mailbox; where more lies there than one turn takes, another one follows."""
    with database.connect(name="penstock mailbox") as conn:
        if collecting.collect(conn, mailbox).more:
            keeping.ask(conn, mailbox)


_places: asking.Places = {}
"""How far the rounds of asking have come; a process that begins anew begins them anew."""


@tasks.periodic(cron="* * * * *", queueing_lock="ask_gateways")
@tasks.task(name="ask_gateways", queue=QUEUE, queueing_lock="ask_gateways", lock="ask_gateways")
def ask_gateways(timestamp: int) -> None:
    """Every minute: what became of messages that no gateway told of."""
    with database.connect(name="penstock gateways") as conn:
        asking.look(conn, _places)


@tasks.periodic(cron="37 3 * * *", queueing_lock="discard_strays")
@tasks.task(name="discard_strays", queue=QUEUE, queueing_lock="discard_strays")
def discard_strays(timestamp: int) -> None:
    """Every night: what has not come again for so long."""
    with database.connect(name="penstock strays") as conn:
        strays.discard_old(conn)
