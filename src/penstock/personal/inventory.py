"""Every column of the database in which a text can stand, and what an erasure does about it.

A test compares this with the schema: a new column is entered here, and so somebody has asked whether the address or the name of a contact
can come to stand in it. Columns in the order of their table; texts, JSON, octets, and lists of texts are meant.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import psycopg

from penstock.platform.database import sql


class Fate(StrEnum):
    """What becomes of what stands in a column when somebody is erased."""

    GONE = "the row is deleted"
    PSEUDONYM = "a pseudonym stands in its place"
    CLEANED = "the address is taken out of the text, or the text goes as a whole"
    STAYS = "written by the account for everybody, or by hand: it is not searched for names"
    STAFF = "about people who use Penstock, not about contacts"
    OURS = "words, codes, hashes, keys and names of Penstock's own: nobody's data"


GONE, PSEUDONYM, CLEANED = Fate.GONE, Fate.PSEUDONYM, Fate.CLEANED
STAYS, STAFF, OURS = Fate.STAYS, Fate.STAFF, Fate.OURS

_TABLES: Final[Mapping[str, Mapping[Fate, str]]] = {
    # What people are erased from.
    "audience_contact": {GONE: "address normal attributes phone", OURS: "region"},
    "audience_former": {GONE: "normal"},
    "audience_returned": {GONE: "pseudonym"},
    "audience_erased": {PSEUDONYM: "pseudonym"},
    "audience_erasure": {GONE: "addresses", OURS: "state error", STAFF: "actor door"},
    "audience_suppression": {PSEUDONYM: "normal", OURS: "reason", STAFF: "origin"},
    "audience_import": {CLEANED: "error", STAYS: "name columns wanted", OURS: "state error_code progress"},
    "audience_import_problem": {CLEANED: "value reason", OURS: "kind"},
    "delivery_recipient": {PSEUDONYM: "normal", GONE: "address"},
    "delivery_outcome": {GONE: "detail"},
    "delivery_reply": {CLEANED: "text", OURS: "enhanced command"},
    "delivery_early": {CLEANED: "text detail", OURS: "enhanced command"},
    "delivery_message": {GONE: "id"},
    "delivery_receipt": {GONE: "id number error said", OURS: "reference"},
    "delivery_backoff": {CLEANED: "reply", OURS: "domain"},
    "delivery_health": {CLEANED: "trouble", OURS: "state"},
    "feedback_event": {CLEANED: "data key", OURS: "kind name"},
    "feedback_order": {CLEANED: "key data", OURS: "currency"},
    "feedback_bounce": {PSEUDONYM: "normal", CLEANED: "text", OURS: "class enhanced origin"},
    "feedback_message": {GONE: "number addressee text key", OURS: "word done"},
    "feedback_stray": {GONE: "why raw uncovered", OURS: "door kind digest"},
    "preflight_analysis": {CLEANED: "figures error", OURS: "audience state options", STAFF: "asked_by"},
    "preflight_case": {GONE: "detail"},
    "preflight_finding": {CLEANED: "place text", OURS: "severity code cure"},
    "preflight_test": {PSEUDONYM: "address", CLEANED: "prefix reply", OURS: "state", STAFF: "asked_by"},
    "mailing_entry": {CLEANED: "reason data", OURS: "link door command from_state to_state", STAFF: "actor"},
    "mailing_repetition": {GONE: "key answer", STAFF: "identity", OURS: "fingerprint"},
    "mailing_mailing": {
        CLEANED: "reason", STAYS: "name tags segments", STAFF: "authors",
        OURS: "channel state came_from audience plan digest options",
    },
    "notices_notice": {CLEANED: "subject text data", OURS: "kind"},
    "notices_delivery": {CLEANED: "body", OURS: "kind state"},
    "notices_attempt": {CLEANED: "error response"},
    # What the account writes for everybody: messages, names, rules. An erasure tells which rules name the address.
    "audience_list": {STAYS: "name title description"},
    "audience_segment": {STAYS: "name definition", STAFF: "made_by"},
    "audience_indexed": {OURS: "attribute type state", STAFF: "made_by"},
    "content_message": {
        STAYS: "sender reply_to subject html text mjml design headers", OURS: "channel sender_domain sender_address"
    },
    "content_picture": {STAYS: "name data", OURS: "key media_type digest", STAFF: "made_by"},
    "content_template": {STAYS: "name", STAFF: "made_by"},
    "content_template_version": {STAFF: "made_by"},
    "delivery_link": {STAYS: "url utm"},
    "mailing_submission": {STAYS: "segments", OURS: "digest audience plan", STAFF: "identity"},
    # People who use Penstock, and the account itself.
    "account_emailaddress": {STAFF: "email"},
    "account_emailconfirmation": {OURS: "key"},
    "account_invitation": {STAFF: "email language made_by mail reply", OURS: "roles hash"},
    "account_membership": {OURS: "roles"},
    "account_note": {STAFF: "cache_key value"},
    "account_person": {STAFF: "password email name zone language"},
    "account_link": {OURS: "hash"},
    "account_token": {STAFF: "name identity made_by", OURS: "hash scopes"},
    "account_account": {STAYS: "name", OURS: "zone policy"},
    "account_credit_balance": {OURS: "channel"},
    "account_credit_estimate": {OURS: "basis"},
    "account_credit_entry": {STAFF: "actor note reference", OURS: "channel kind door"},
    "account_credit_use": {OURS: "channel"},
    "account_domain": {OURS: "name spf return_host return_target found"},
    "account_domain_key": {OURS: "selector algorithm secret public"},
    "account_limit": {OURS: "scope value", STAFF: "made_by"},
    "account_server": {OURS: "url secret"},
    "account_transport": {OURS: "name channel"},
    "django_session": {STAFF: "session_key session_data"},
    "mfa_authenticator": {STAFF: "data", OURS: "type"},
    "usersessions_usersession": {STAFF: "session_key user_agent data"},
    "mailing_approval": {OURS: "kind digest", STAFF: "identity"},
    "mailing_saved": {STAFF: "identity"},
    "mailing_switch": {OURS: "scope value", STAFF: "reason made_by lifted_by"},
    "notices_copy": {STAFF: "identity reply", OURS: "state"},
    "notices_setting": {STAFF: "sender"},
    "notices_webhook": {STAFF: "url description made_by", OURS: "events secret previous_secret disabled_why"},
    "feedback_hook": {OURS: "provider digest key last_kind refused", STAFF: "made_by"},
    "feedback_mailbox": {OURS: "name url secret folder afterwards done_folder trouble"},
    # Machinery.
    "auth_group": {OURS: "name"},
    "auth_permission": {OURS: "name codename"},
    "delivery_due": {OURS: "why closed"},
    "delivery_left": {OURS: "reason"},
    "delivery_meter": {OURS: "scope key"},
    "delivery_meter_turn": {OURS: "scope key"},
    "delivery_package": {OURS: "kind state zone lane held"},
    "delivery_sender": {OURS: "host"},
    "delivery_state": {OURS: "name"},
    "django_content_type": {OURS: "app_label model"},
    "django_migrations": {OURS: "app name"},
    "feedback_count": {OURS: "kind"},
    "feedback_hour": {OURS: "kind"},
    "feedback_revenue": {OURS: "currency"},
    "feedback_seen": {OURS: "kind"},
    "mailing_chain": {OURS: "link"},
    "penstock_schema": {OURS: "fingerprint version key_fingerprint"},
    "procrastinate_jobs": {OURS: "queue_name task_name lock args queueing_lock"},
    "procrastinate_periodic_defers": {OURS: "task_name periodic_id"},
    "report_tally": {OURS: "figures counted"},
}  # fmt: skip

FATES: Final[Mapping[str, Fate]] = {
    f"{table}.{column}": fate
    for table, fates in _TABLES.items()
    for fate, columns in fates.items()
    for column in columns.split()
}
"""By `table.column`."""


def columns(conn: psycopg.Connection[Any]) -> list[str]:
    """Return what has to be known here: every column of the schema in which a text can stand."""
    return [str(name) for (name,) in conn.execute(sql("penstock.personal", "columns")).fetchall()]
