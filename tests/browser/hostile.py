"""Data that wants to do harm, in every text that pages may show; and a trap that tells when any of it ran."""

from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb

from tests.browser.desk import Desk
from tests.browser.watching import MARKER

SUM = "{{ 1234567|add:1 }}"
EVALUATED = "1234568"
"""What a page shows when it took data for a template of its own."""
TRAP = f"""
Object.defineProperty(window, "{MARKER}", {{ set(what) {{ console.error("IT RAN: " + what); }} }});
"""
WIDE = "W" * 3_000
"""A name without a place to break it."""


def breakout(where: str) -> str:
    """A text that breaks out of text, attributes, scripts, styles, titles and text areas unless it is escaped; `where` is told."""
    ran = f"{MARKER}=`{where}`"
    return (
        f"""{where} "'`><script>{ran}</script><img src=x onerror="{ran}"></textarea></title></style></script><svg onload={ran}>"""
        f"""' onmouseover='{ran}' onfocus='{ran}' autofocus='" onmouseover="{ran}" <iframe srcdoc="<script>{ran}</script>"></iframe>"""
        f"""<a href="javascript:{ran}">x</a>&#x3c;b&#x3e; {SUM} {{% load nothing %}} \u202egpj.exe\u202c"""
        f""" ]]> --> \\u003cscript\\u003e \t\r\n \u2028 \u200d"""
    )


def scheme(where: str) -> str:
    """An address that runs when it is followed."""
    return f"javascript:{MARKER}=`{where}`//\"'><script>{MARKER}=`{where}`</script>"


def mailbox(where: str) -> str:
    """As much of it as an e-mail address may have: quotes, braces, ampersands."""
    return f"'onfocus={MARKER}=1'{{{{1234567}}}}&lt/{where}@orchard.example"


TEXTS = {
    "account_account": ["name"],
    "account_credit_entry": ["actor", "note", "reference"],
    "account_domain": ["spf", "return_host", "return_target"],
    "account_domain_key": ["public"],
    "account_invitation": ["made_by", "reply"],
    "account_limit": ["made_by"],
    "account_person": ["name"],
    "account_token": ["name", "made_by", "identity"],
    "account_transport": ["name"],
    "audience_import": ["name", "error", "error_code"],
    "audience_import_problem": ["value", "reason"],
    "audience_erasure": ["error", "actor"],
    "audience_list": ["name", "title", "description"],
    "audience_indexed": ["made_by"],
    "audience_segment": ["name", "made_by"],
    "audience_suppression": ["origin"],
    "content_message": ["sender", "reply_to", "subject", "text", "html"],
    "content_picture": ["name", "made_by"],
    "content_template": ["name", "made_by"],
    "content_template_version": ["made_by"],
    "delivery_backoff": ["reply"],
    "delivery_early": ["text", "detail", "enhanced", "command"],
    "delivery_health": ["trouble"],
    "delivery_link": ["url"],
    "delivery_outcome": ["detail"],
    "delivery_reply": ["text", "enhanced", "command"],
    "delivery_sender": ["host"],
    "feedback_bounce": ["text", "enhanced", "origin"],
    "feedback_message": ["text"],
    "feedback_mailbox": ["name", "folder", "done_folder", "trouble"],
    "feedback_order": ["key"],
    "feedback_stray": ["why"],
    "mailing_approval": ["identity"],
    "mailing_entry": ["actor", "reason"],
    "mailing_mailing": ["name"],
    "mailing_saved": ["identity"],
    "mailing_submission": ["identity"],
    "mailing_switch": ["reason", "made_by", "lifted_by", "value"],
    "notices_attempt": ["error", "response"],
    "notices_copy": ["reply"],
    "notices_delivery": ["body"],
    "notices_notice": ["subject", "text"],
    "notices_setting": ["sender"],
    "notices_webhook": ["description", "made_by", "disabled_why"],
    "preflight_analysis": ["error", "asked_by"],
    "preflight_case": ["detail"],
    "preflight_finding": ["place", "text", "cure"],
    "preflight_test": ["prefix", "reply", "asked_by"],
}
"""Free texts, by table: what people, files or other servers wrote, or sentences made of that."""

ADDRESSES = {"notices_webhook": ["url"], "account_server": ["url"]}
"""Columns that hold the address of a server."""
SHORT = {"delivery_link": 1_900, "feedback_message": 9_900}
"""Tables whose texts the database keeps shorter than WIDE."""
MAILBOXES = {
    "audience_contact": ["address"],
    "audience_former": ["normal"],
    "delivery_recipient": ["address"],
    "preflight_test": ["address"],
}
"""Columns that hold an e-mail address; who reads it back relies on its being one."""

MACHINE = {
    "account_credit_balance": ["channel"], "account_credit_entry": ["channel", "kind", "door"], "account_credit_use": ["channel"],
    "account_account": ["zone"], "account_domain": ["name"], "account_domain_key": ["selector", "algorithm"],
    "account_person": ["password", "email", "zone", "language"],
    "account_invitation": ["email", "language", "mail"], "account_note": ["value"], "report_tally": ["figures"], "account_token": ["scopes"], "account_membership": ["roles"],
    "audience_indexed": ["attribute", "type", "state"], "audience_contact": ["normal", "phone", "region"], "account_credit_estimate": ["basis"], "account_transport": ["channel"],
    "delivery_message": ["id"], "delivery_receipt": ["id", "number", "reference", "error", "said"], "audience_import": ["state"], "audience_import_problem": ["kind"],
    "audience_erased": ["pseudonym"], "audience_returned": ["pseudonym"], "audience_erasure": ["state", "door"],
    "audience_suppression": ["normal", "reason"], "content_message": ["channel", "mjml", "sender_domain", "sender_address"],
    "content_picture": ["key", "media_type"], "delivery_due": ["why", "closed"], "delivery_health": ["state"], "delivery_link": ["utm"],
    "account_limit": ["scope", "value"], "delivery_backoff": ["domain"], "delivery_left": ["reason"], "delivery_meter": ["scope", "key"],
    "delivery_meter_turn": ["scope", "key"], "delivery_package": ["kind", "state", "zone", "lane", "held"], "delivery_recipient": ["normal"], "delivery_state": ["name"],
    "feedback_bounce": ["normal", "class"], "feedback_mailbox": ["url", "afterwards"], "feedback_message": ["number", "addressee", "word", "done", "key"], "feedback_stray": ["door", "kind"], "mailing_approval": ["kind", "digest"], "mailing_entry": ["door", "command", "from_state", "to_state"],
    "mailing_mailing": ["channel", "state", "came_from", "digest"], "mailing_repetition": ["identity", "key", "fingerprint"],
    "mailing_submission": ["digest"], "mailing_switch": ["scope"], "notices_copy": ["identity", "state"],
    "notices_delivery": ["kind", "state"], "notices_notice": ["kind"], "notices_webhook": ["events"],
    "penstock_schema": ["fingerprint", "version", "key_fingerprint"], "preflight_analysis": ["state"],
    "preflight_finding": ["severity", "code"], "preflight_test": ["state"],
}  # fmt: skip
"""Words of ours that the schema or the code fixes: no stranger writes there."""

DOCUMENTS = {
    "mailing_mailing": {"reason": {"code": "operator", "text": breakout("reason"), "who": breakout("who"), "since": "2026-01-01T00:00:00+00:00"}},
    "audience_contact": {"attributes": {"first_name": breakout("attribute"), "town": WIDE, breakout("name of an attribute")[:60]: "x"}},
    "audience_segment": {"definition": {"any": [
        {"attribute": "town", "type": "text", "operator": "is", "value": breakout("value of a segment").replace("\0", "")[:900]},
        {"event": "sold <script>", "where": [{"property": "'><b>", "type": "text", "operator": "is", "value": SUM}]},
    ]}},
    "audience_import": {"columns": [breakout("column"), "town"]},
    "account_domain": {"found": {"dmarc": {"state": "wrong", "text": breakout("found"), "cure": breakout("cure"), "found": [breakout("answer"), WIDE]}}},
}  # fmt: skip
"""Documents with free texts in them."""


def spoil(desk: Desk, *, wide: bool = False) -> None:
    """Put harmful texts (`wide`: very long ones) into everything there is of the account, by the database: no door would let all in."""
    with desk.conn.transaction():
        desk.conn.execute(
            "set local session_replication_role = replica"
        )  # messages of submitted mailings are fixed by a trigger
        for table, columns in (TEXTS | ADDRESSES).items():
            for column in columns:
                told = f"{table}.{column}"
                text = (
                    WIDE[: SHORT.get(table)]
                    if wide
                    else scheme(told)
                    if column in ADDRESSES.get(table, ())
                    else breakout(told)
                )
                _put(desk, table, column, text)
        for table, documents in ({} if wide else DOCUMENTS).items():
            for column, document in documents.items():
                query = sql.SQL("update {} set {} = %s where {} = %s").format(
                    sql.Identifier(table), sql.Identifier(column), sql.Identifier(_owner(desk, table) or "id")
                )
                desk.conn.execute(query, (Jsonb(document), desk.account))


def _put(desk: Desk, table: str, column: str, text: str, end: str = " ") -> None:
    """A number at the end keeps what must be unique so; rows that are there in no account's name are all spoilt."""
    owner = _owner(desk, table)
    where = sql.SQL("where {} = {}").format(sql.Identifier(owner), desk.account) if owner else sql.SQL("")
    unique = sql.SQL("%s || %s || substr(md5(ctid::text), 1, 6)" if end else "%s || %s")
    query = sql.SQL("update {table} set {column} = {unique} {where}").format(
        unique=unique, table=sql.Identifier(table), column=sql.Identifier(column), where=where
    )
    desk.conn.execute(query, (text, end))


def _owner(desk: Desk, table: str) -> str | None:
    if table == "account_account":
        return "id"
    found = desk.conn.execute(
        "select 1 from information_schema.columns where table_name = %s and column_name = 'account_id'",
        (table,),
    ).fetchone()
    return "account_id" if found else None


def unclassed(desk: Desk) -> set[str]:
    """The text columns of ours that stand in none of the lists above."""
    rows: list[Any] = desk.conn.execute(
        "select table_name, column_name from information_schema.columns where table_schema = 'public' and data_type = 'text'"
        " and table_name ~ '^(account|audience|content|delivery|mailing|notices|preflight|report|web)_'"
    ).fetchall()
    known = {
        (table, column)
        for lists in (TEXTS, ADDRESSES, MAILBOXES, MACHINE)
        for table, columns in lists.items()
        for column in columns
    }
    return {f"{table}.{column}" for table, column in rows if (table, column) not in known}
