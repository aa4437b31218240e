"""What `penstock doctor` asks of the way back: is there one, are mailboxes read, do their passwords open."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from penstock.account import domains
from penstock.account.secrets import SecretError
from penstock.feedback import way_back
from penstock.feedback.check import check
from penstock.feedback.mailboxes import keeping
from penstock.feedback.mailboxes.address import MailboxURLError
from penstock.platform import environment
from penstock.platform.database import sql
from penstock.platform.doctor import Finding, register

_LATE = "10 minutes"
_SOON = timedelta(days=14)
_BY_ITSELF = "Set PENSTOCK_BASE_URL to a public https address, or lead mail for a return host here: docs/how-to/unsubscribing.md#by-mail"
_MAILINGS, _PEOPLE, _SHOWN = 20, 200_000, 5
"""So many mailings and people are recounted, newest first: some seconds. A single larger mailing is recounted whole."""


def check_way_back(conn: psycopg.Connection[Any]) -> list[Finding]:
    """What comes back after the hand-off reaches us: bounces, complaints."""
    lacking = [way.name for way in way_back.ways(conn) if way.lacking]
    cure = (
        "Run `penstock inbound` behind your mail server, add a mailbox (`penstock mailbox add`), or have the provider call us:"
        " docs/how-to/receive-bounces.md"
    )
    return [
        Finding("warn", f"Account {name}: bounces and complaints that come later have no way back.", cure)
        for name in lacking
    ] or [Finding("ok", "What comes back has a way to come by.")]


def check_certificates(conn: psycopg.Connection[Any]) -> list[Finding]:
    """Listeners that offer TLS have a certificate that holds: some servers bring nothing to one whose certificate has ended."""
    ends = way_back.certificates(conn)
    now = datetime.now(UTC)
    cure = "Renew it; the listener reads --tls-cert and --tls-key again by itself. Its log says why, where it could not."
    found = [
        Finding(
            "fail" if end <= now else "warn",
            f"The certificate of a listener (penstock inbound) {'has ended' if end <= now else 'ends'} at {end:%Y-%m-%d %H:%M} UTC.",
            cure,
        )
        for end in ends
        if end <= now + _SOON
    ]
    return found or [Finding("ok", f"{len(ends)} listeners offer TLS, and their certificates hold.")]


def check_unsubscribing(conn: psycopg.Connection[Any]) -> list[Finding]:
    """Who unsubscribes by mail is unsubscribed: what is sent to `unsubscribe@` a return host is taken by somebody."""
    by_mail = not environment.base_url_is_public()
    found = []
    for way in way_back.ways(conn):
        for each in domains.listed(conn, way.account):
            if (address := each.unsubscribe_address) and not (way.listeners or way.mailboxes):
                text = f"Account {way.name}: messages name {address}, and neither a listener runs nor is a mailbox read. Who writes there stays subscribed."
                found.append(
                    Finding("fail", text, "Start `penstock inbound` again: docs/how-to/receive-bounces.md")
                )
            elif by_mail and way.leaves and each.verified and not address:
                text = f"Account {way.name}: who unsubscribes from mail of {each.name} writes to the sender's own mailbox."
                found.append(Finding("warn", text, _BY_ITSELF))
    return found or [Finding("ok", "Unsubscribing needs nobody to pass mail on.")]


def check_mailboxes(conn: psycopg.Connection[Any]) -> list[Finding]:
    """Every mailbox opens, and is read when its turn comes."""
    rows = conn.execute(
        "select m.id, a.name, m.name, m.trouble, m.failing_since, m.next_at < now() - %s::interval"
        " from feedback_mailbox m join account_account a on a.id = m.account_id where m.enabled order by m.id",
        (_LATE,),
    ).fetchall()
    found = []
    for number, account, name, trouble, since, late in rows:
        what = f"Mailbox {name} of account {account}"
        try:
            keeping.opened(conn, number)
        except (SecretError, MailboxURLError) as error:
            found.append(Finding("fail", f"{what}: {error}", "Enter its address with the password again."))
            continue
        if since:
            text = f"{what} cannot be read since {since:%Y-%m-%d %H:%M} UTC: {trouble}"
            found.append(Finding("warn", text, f"Mend it, then: penstock mailbox read {number}"))
        elif late:
            cure = "Start `penstock worker` or `penstock up`: they read."
            found.append(Finding("warn", f"{what} should have been read more than {_LATE} ago.", cure))
    return found or [Finding("ok", f"{len(rows)} mailboxes are read.")]


def check_counters(conn: psycopg.Connection[Any]) -> Finding:
    """What people did with the newest mailings is counted as it was noted."""
    rows = conn.execute(
        "select mailing, sum(people)::bigint from feedback_count where link = 0 group by mailing order by mailing desc limit %s",
        (_MAILINGS,),
    ).fetchall()
    wrong, recounted, seen = list[str](), 0, 0
    for mailing, people in rows:
        if recounted and seen + people > _PEOPLE:
            break
        wrong += [f"mailing {mailing}: {each}" for each in check(conn, mailing)]
        recounted, seen = recounted + 1, seen + people
    if not wrong:
        return Finding(
            "ok", f"What people did is counted as it was noted, in the newest {recounted} mailings."
        )
    more = f" … and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
    return Finding(
        "fail", "; ".join(wrong[:_SHOWN]) + more + ".",
        "Somebody changed the tables of feedback by hand, or the disk lost something: compare with a backup (penstock restore).",
    )  # fmt: skip


def check_gateways(conn: psycopg.Connection[Any]) -> list[Finding]:
    """Gateways whose receipts are waited for have a webhook, and its key."""
    found = []
    for account, number, name, made in conn.execute(sql("penstock.feedback", "deaf_gateways")).fetchall():
        what = "believes nothing, for its key is lacking" if made else "has no webhook"
        cure = f"penstock transport hook {'key' if made else 'make'} {number}{' -' if made else ''}"
        found.append(
            Finding("warn", f"Transport {name} of account {account} waits for receipts and {what}.", f"{cure}: docs/how-to/sms-gateway.md")
        )  # fmt: skip
    return found or [Finding("ok", "Gateways that are to tell what became of messages can.")]


register("feedback", "counters", check_counters)
register("feedback", "gateways", check_gateways)
register("feedback", "listener's certificate", check_certificates)
register("feedback", "unsubscribing", check_unsubscribing)
register("feedback", "way back", check_way_back)
register("feedback", "mailboxes", check_mailboxes)
