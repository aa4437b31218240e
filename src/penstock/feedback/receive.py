"""What comes by mail: bounces, complaints, people who unsubscribe. One function takes a message, whichever door it came through."""

from __future__ import annotations

from penstock.content.links import parse_return_path, verify_public
from penstock.platform.environment import link_key


def holder(recipient: str) -> tuple[int, int] | None:
    """Return (mailing, seq) whose return path (VERP) `recipient` is; None when it is none of ours, or forged."""
    token = parse_return_path(recipient)
    return None if token is None else verify_public(token, link_key())
