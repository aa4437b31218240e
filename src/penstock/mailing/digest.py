"""The digest of what is submitted: content, audience rule, sender and channel. Approvals are bound to it."""

import json
from hashlib import sha256
from typing import Any

import psycopg
from psycopg.rows import dict_row


def of_submitted(conn: psycopg.Connection[Any], row: dict[str, Any]) -> str:
    """Return the digest (64 hex digits) of the mailing whose columns are `row`; the message itself is read here."""
    with conn.cursor(row_factory=dict_row) as cursor:
        message = cursor.execute(
            "select sender, reply_to, subject, html, text, mjml, headers, design from content_message where id = %s",
            (row["message_id"],),
        ).fetchone()
    told = {"message": message, "audience": row["audience"], "channel": row["channel"]}
    return sha256(
        json.dumps(told, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass")
    ).hexdigest()
