"""What `penstock doctor` asks of the notices: is the journal read, do webhooks and mails arrive, can mails leave at all."""

from typing import Any

import psycopg

from penstock.notices.cursor import TROUBLED
from penstock.platform.doctor import Finding, register

LATE = "2 minutes"
"""A line of the journal that old and not yet read means that no worker runs."""


def journal_is_read(conn: psycopg.Connection[Any]) -> Finding:
    """No line could not be told, and the oldest one above the cursor is young."""
    stuck = conn.execute(
        "select array_agg(first order by first) from notices_gap where until = %s", (TROUBLED,)
    )
    if lines := (stuck.fetchone() or [None])[0]:
        what = f"Lines of the journal cannot be told to those concerned: {', '.join(map(str, lines[:10]))}."
        return Finding(
            "fail", what, "The log of `penstock worker` says why; please report it. They are tried again."
        )
    row = conn.execute(
        "select count(*), min(e.at) < now() - %s::interval from mailing_entry e where e.id > (select last_entry from notices_cursor)",
        (LATE,),
    ).fetchone()
    assert row is not None
    if row[1]:
        what = f"{row[0]:,} lines of the journal were told to nobody yet, some for more than {LATE}."
        return Finding(
            "warn", what, "Start `penstock worker` or `penstock up`: notices and webhooks leave from there."
        )
    return Finding("ok", "The journal is read, and those concerned are told.")


def mail_can_leave(conn: psycopg.Connection[Any]) -> list[Finding]:
    """Accounts with people have a transport for notices."""
    rows = conn.execute(
        "select distinct a.id, a.name from account_account a join account_membership m on m.account_id = a.id"
        " where not exists (select from notices_setting s join account_transport t on t.id = s.transport_id"
        " where s.account_id = a.id) order by a.id"
    ).fetchall()
    cure = "Set notice_transport and notice_from (PUT /api/v1/notices/settings), or let its people look at the list."
    return [
        Finding("warn", f"Notices of the account {name} ({number}) are only listed: no e-mail is sent.", cure)
        for number, name in rows
    ] or [Finding("ok", "Every account with people has a transport for notices.")]


def mail_arrives(conn: psycopg.Connection[Any]) -> Finding:
    """No notice of the last days was refused."""
    row = conn.execute(
        "select count(*), max(c.reply) from notices_copy c join notices_notice n on n.id = c.notice_id"
        " where c.state = 'refused' and n.at > now() - interval '3 days'"
    ).fetchone()
    assert row is not None
    if row[0]:
        cure = "Correct the transport for notices, or the addresses of those people."
        return Finding(
            "warn", f"{row[0]:,} notices of the last three days could not be sent: {row[1]}.", cure
        )
    return Finding("ok", "No notice of the last three days was refused.")


def webhooks_answer(conn: psycopg.Connection[Any]) -> list[Finding]:
    """No webhook fails or was given up."""
    rows = conn.execute(
        "select id, account_id, url, failing_since, disabled_at, disabled_why from notices_webhook"
        " where disabled_at is not null or failing_since is not null order by id"
    ).fetchall()
    return [
        Finding(
            "warn",
            f"Webhook {number} of account {account} ({url}) "
            + (f"is disabled: {why}" if disabled else f"has failed since {failing:%Y-%m-%d %H:%M %Z}."),
            "Mend what answers there, enable the webhook again, and redeliver what failed."
            if disabled
            else "Look at its deliveries: the log has every answer.",
        )
        for number, account, url, failing, disabled, why in rows
    ] or [Finding("ok", "Every webhook answers.")]


register("notices", "journal", journal_is_read)
register("notices", "e-mail", mail_can_leave)
register("notices", "refusals", mail_arrives)
register("notices", "webhooks", webhooks_answer)
