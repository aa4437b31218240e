"""Examples in the OpenAPI document. A test answers each request with them."""

from typing import Any

from penstock.api import messages

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
    "audience": {"list": 1},
    "segments": None,
    "plan": {"kind": "now"},
    "due_at": None,
    "ends_at": None,
    "first_at": None,
    "undo_until": None,
    "options": {},
    "digest": None,
    "authors": ["anna@example.org"],
    "approved_size": None,
    "copied_from": None,
    "fixes": None,
    "corrections": [],
    "chain": None,
    "created_at": "2030-11-22T08:00:00Z",
    "submitted_at": None,
    "approved_at": None,
    "started_at": None,
    "frozen_at": None,
    "finished_at": None,
    "archived_at": None,
    "tags": ["newsletter"],
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
        "awaiting": 0,
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
        "timeline": "/api/v1/mailings/7/timeline",
        "analysis": "/api/v1/mailings/7/analysis",
        "revisions": "/api/v1/mailings/7/revisions",
        "chain": "/api/v1/mailings/7/chain",
    },
}

_WAITS = {"turn": 0, "planned": 0, "planned_at": None, "hours": 0, "opens_at": None, "held": 0, "withheld": 0}
WHOLE = {**MAILING, "message": messages.EXAMPLE, "waits": _WAITS, "blockers": []}
PAGE = {"items": [MAILING], "next_cursor": None}
NEW = {
    "name": "December news",
    "message": {
        "sender": "News <news@example.org>",
        "subject": "News for {{ first_name }}",
        "html": "<p>Dear {{ first_name }}, …</p>",
    },
    "audience": {"list": 1},
    "plan": {"kind": "now"},
}
NEW_STEP = {
    "name": "Did you see our news?",
    "message": {
        "sender": "News <news@example.org>",
        "subject": "Once more for {{ first_name }}",
        "html": "<p>Dear {{ first_name }}, …</p>",
    },
    "delay": "2d",
    "audience": {"condition": "not_opened"},
}
STEP = {
    **WHOLE,
    "id": 8,
    "name": "Did you see our news?",
    "audience": {"step": 7, "condition": "not_opened"},
    "plan": {"kind": "after", "delay": 172800},
    "chain": {"first": 7, "position": 2, "follows": 7},
}
CHAIN = {
    "items": [
        {
            "id": 8,
            "name": "Did you see our news?",
            "channel": "email",
            "state": "scheduled",
            "came_from": None,
            "reason": None,
            "version": 4,
            "position": 2,
            "follows": 7,
            "condition": "not_opened",
            "delay": 172800,
            "has_statistics": False,
            "started_at": None,
            "finished_at": None,
            "recipients": 0,
            "accepted": 0,
        }
    ]
}
TAGS = {"tags": ["newsletter", "winter"]}
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

ENTRY = {
    "place": 3,
    "at": "2030-11-22T08:05:00Z",
    "actor": "anna@example.org (laptop)",
    "door": "api",
    "command": "approve",
    "from_state": "in_review",
    "to_state": "starting",
    "reason": None,
    "data": {"revision": 1, "reviewed": True},
}
JOURNAL = {"items": [ENTRY], "next_cursor": None}
ACCOUNT_JOURNAL = {"items": [{**ENTRY, "mailing": 7}], "next_cursor": None}
PACKAGES = {
    "items": [
        {
            "no": 1,
            "kind": "plain",
            "state": "active",
            "size": 5000,
            "claimed": 2000,
            "attempt": 0,
            "slot": 1,
            "zone": None,
            "lane": None,
            "planned_at": "2030-11-22T08:05:01Z",
            "held": None,
            "release_at": "2030-11-22T08:05:01Z",
            "begun_at": "2030-11-22T08:05:02Z",
            "closed_at": None,
            "accepted": 1990,
            "delivered": 0,
            "deferred": 3,
            "bounced": 2,
            "in_doubt": 0,
            "skipped": 0,
            "returned": 0,
            "in_flight": 5,
            "sender": "mail1:4242",
        }
    ],
    "next_cursor": None,
}
TIMELINE = {
    "running": True,
    "kind": "now",
    "first": "2030-11-22T08:05:01Z",
    "last": "2030-11-22T09:07:20Z",
    "rate": 80.0,
    "ends_at": "2030-11-22T18:00:00Z",
    "too_late": False,
    "late": 0,
    "error": None,
    "credits": {"needed": 0, "available": 9000, "before": 0, "lacking": 0},
    "holidays": [{"on": "2030-12-25", "country": "FR", "name": "Christmas Day"}],
    "releases": [
        {
            "slot": 1,
            "zone": None,
            "planned_at": "2030-11-22T08:05:01Z",
            "at": "2030-11-22T08:05:01Z",
            "held": None,
            "missed": False,
            "recipients": 10000,
            "begun": 10000,
            "skipped": 2,
            "ended": 0,
        },
        {
            "slot": 2,
            "zone": None,
            "planned_at": "2030-11-22T09:05:01Z",
            "at": "2030-11-22T09:05:01Z",
            "held": None,
            "missed": False,
            "recipients": 10000,
            "begun": 0,
            "skipped": 0,
            "ended": 0,
        },
    ],
}
FORECAST = {
    "mailing": 7,
    "command": "pause",
    "state": "sending",
    "leaving_at_most": 10,
    "kept_back": 3000,
    "reached": 1990,
}
LEDGER = {
    "items": [
        {
            "seq": 4,
            "address": "gone@example.com",
            "contact": 4,
            "state": "bounced",
            "at": "2030-11-22T08:05:03Z",
            "attempts": 1,
            "code": 550,
            "enhanced": "5.1.1",
            "text": "No such user",
            "reason": "5.1.1",
        }
    ],
    "next_cursor": None,
}
LEDGER_CSV = (
    "address,contact,state,at,attempts,code,enhanced,text,reason,seq\n"
    "gone@example.com,4,bounced,2030-11-22T08:05:03.000Z,1,550,5.1.1,No such user,5.1.1,4\n"
)
PREVIEW = (
    "From: News <news@example.org>\r\nTo: ann@example.org\r\nSubject: News for Ann\r\n\r\nDear Ann, …\r\n"
)
QUEUE = {
    "version": 4,
    "items": [
        {
            **MAILING,
            "state": "queued",
            "area": "Scheduled",
            "position": 1,
            "expected_start": "2030-12-01T09:12:00Z",
        }
    ],
}
BOARD = {"areas": [{"area": "Drafts", "items": [MAILING], "more": False}]}
