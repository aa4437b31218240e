"""Signatures of Standard Webhooks 1.0.0: HMAC-SHA256 over `id.timestamp.body`, one `v1,…` for each secret in force. Pure."""

import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable
from hashlib import sha256

PREFIX = "whsec_"
BYTES = 32
"""Of a secret; the specification asks for 24 to 64."""


def new_secret() -> str:
    """Return a secret as its receiver keeps it: `whsec_` and 256 bits in base64."""
    return PREFIX + b64encode(secrets.token_bytes(BYTES)).decode()


def signature(secret: str, message: str, timestamp: int, body: bytes) -> str:
    """Return `v1,` and the signature of `body`, sent as `message` (the webhook-id) at `timestamp` (Unix seconds)."""
    key = b64decode(secret.removeprefix(PREFIX), validate=True)
    signed = b"%b.%d.%b" % (message.encode(), timestamp, body)
    return "v1," + b64encode(hmac.digest(key, signed, sha256)).decode()


def headers(keys: Iterable[str], message: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the three header fields; while a secret is being replaced both of `keys` sign."""
    return {
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(key, message, timestamp, body) for key in keys),
    }
