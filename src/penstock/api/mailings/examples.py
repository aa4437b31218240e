"""Examples in the OpenAPI document. A test answers each request with them."""

from typing import Any

MESSAGE: dict[str, Any] = {
    "sender": "News <news@example.org>",
    "subject": "News for {{ first_name }}",
    "html": "<p>Dear {{ first_name }}, …</p>",
    "text": None,
    "mjml": None,
    "reply_to": None,
    "headers": {},
}

MAILING: dict[str, Any] = {
    "id": 7,
    "account": 1,
    "name": "December news",
    "channel": "email",
    "state": "draft",
    "area": "Drafts",
    "came_from": None,
    "reason": None,
    "revision": 1,
    "version": 1,
    "transport": 1,
    "audience": {"list": 3},
    "plan": {"kind": "now"},
    "due_at": None,
    "ends_at": None,
    "undo_until": None,
    "options": {},
    "digest": None,
    "authors": ["anna@example.org"],
    "approved_size": None,
    "copied_from": None,
    "fixes": None,
    "corrections": [],
    "created_at": "2030-11-22T08:00:00Z",
    "submitted_at": None,
    "approved_at": None,
    "started_at": None,
    "frozen_at": None,
    "finished_at": None,
    "archived_at": None,
    "progress": {
        "recipients": 0,
        "waiting": 0,
        "in_flight": 0,
        "accepted": 0,
        "delivered": 0,
        "deferred": 0,
        "bounced": 0,
        "in_doubt": 0,
        "skipped": 0,
        "cancelled": 0,
        "expired": 0,
        "handed_off_percent": 100.0,
        "settled_percent": 100.0,
        "rate": 0.0,
        "eta": 0.0,
    },
    "allowed_actions": ["edit", "submit", "copy", "delete"],
    "links": {
        "self": "/api/v1/mailings/7",
        "journal": "/api/v1/mailings/7/journal",
        "ledger": "/api/v1/mailings/7/ledger",
        "packages": "/api/v1/mailings/7/packages",
        "forecast": "/api/v1/mailings/7/forecast",
    },
}

WHOLE = {**MAILING, "message": MESSAGE}
PAGE = {"items": [MAILING], "next_cursor": None}
NEW = {
    "name": "December news",
    "message": {
        "sender": "News <news@example.org>",
        "subject": "News for {{ first_name }}",
        "html": "<p>Dear {{ first_name }}, …</p>",
    },
    "audience": {"list": 3},
    "plan": {"kind": "now"},
}
CHANGE = {"message": {"subject": "Good news for {{ first_name }}"}}

_STATES = {
    "pause": "paused",
    "cancel": "cancelled",
    "submit": "in_review",
    "approve": "sending",
    "reject": "rejected",
}


def answer(command: str, **members: Any) -> dict[str, Any]:
    """Return what a command may answer."""
    state = _STATES.get(command, "draft")
    return {
        "mailing": 7,
        "command": command.replace("_", "-"),
        "state": state,
        "version": 5,
        "leaving": 2 if command == "pause" else 0,
        "silent": [],
        "made": 8 if command in ("copy", "fix_rest") else None,
        "warnings": [],
        "repeated": False,
        "dry_run": False,
        "allowed_actions": ["resume", "cancel", "copy", "fix-rest"] if state == "paused" else ["copy"],
        **members,
    }


DELETED = answer("delete")
