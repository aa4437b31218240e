"""Signatures of Svix, which Resend has its webhooks sent by (docs.svix.com, "Verify webhooks manually"; Standard Webhooks 1.0). Pure."""

from __future__ import annotations

import hmac
import time
from base64 import b64decode
from binascii import Error
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

PREFIX: Final = "whsec_"
TOLERANCE: Final = 300
"""Seconds that their clock and ours may differ; older requests are somebody's repetition."""


class NotSigned(Exception):
    """The request does not bear a signature of this secret."""


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: float | None = None) -> None:
    """Return when `body` is signed with `secret` (`whsec_…`) in one of the header's signatures. Raises NotSigned."""
    number, stamp = headers.get("svix-id", ""), headers.get("svix-timestamp", "")
    given = headers.get("svix-signature", "")
    if not (number and given and stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
        raise NotSigned("Its header lacks svix-id, svix-timestamp or svix-signature.")
    if abs((time.time() if now is None else now) - int(stamp)) > TOLERANCE:
        raise NotSigned("It was signed more than five minutes ago, or in the future.")
    try:
        key = b64decode(secret.removeprefix(PREFIX), validate=True)
    except (Error, ValueError):
        raise NotSigned("The signing secret is not the base64 that begins with whsec_.") from None
    wanted = hmac.digest(key, f"{number}.{stamp}.".encode() + body, sha256)
    for each in given.split()[:10]:
        version, _, signature = each.partition(",")
        if version == "v1" and _same(signature, wanted):
            return
    raise NotSigned("Its signature is not of this secret.")


def _same(signature: str, wanted: bytes) -> bool:
    try:
        return hmac.compare_digest(b64decode(signature, validate=True), wanted)
    except (Error, ValueError):
        return False
