"""The digest of what is submitted: content, audience rule, sender and channel. Approvals are bound to it."""

import json
from hashlib import sha256
from typing import Any

import psycopg
from psycopg.rows import dict_row

from penstock.audience.segments import keeping
from penstock.mailing import campaigns


def segments_of(conn: psycopg.Connection[Any], row: dict[str, Any]) -> dict[str, Any] | None:
    """The segments that the rule names: of a draft as they are now, else as they were at submission."""
    kept: dict[str, Any] | None = row["segments"]
    if row["state"] != "draft":
        return kept
    return keeping.as_they_are(conn, row["account_id"], row["audience"])


def of_submitted(conn: psycopg.Connection[Any], row: dict[str, Any]) -> str:
    """Return the digest (64 hex digits) of the mailing whose columns are `row`; the message itself is read here."""
    with conn.cursor(row_factory=dict_row) as cursor:
        message = cursor.execute(
            "select sender, reply_to, subject, html, text, mjml, headers, design from content_message where id = %s",
            (row["message_id"],),
        ).fetchone()
    told = {"message": message, "audience": row["audience"], "channel": row["channel"]}
    if segments := segments_of(conn, row):  # what they say counts, not what they are called
        told["segments"] = {number: each["definition"] for number, each in segments.items()}
    if links := campaigns.told(row):  # tracked or tagged, they are others
        told["links"] = links
    if row["channel"] == "sms" and message and "stop_hint" in (message["text"] or ""):
        # The account's words stand in the text that everybody gets.
        told["stop_hint"] = (row["account_policy"] | row["options"]).get("stop_hint", "")
    return sha256(
        json.dumps(told, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass")
    ).hexdigest()
