"""Whether a request bears the signature of its gateway. Pure.

Standard Webhooks 1.0.0 (webhook-id, webhook-timestamp, webhook-signature); an HMAC-SHA256 of the body in a header field, with a time or
without; and Twilio's HMAC-SHA1 over the address and the form (twilio.com/docs/usage/security).
"""

from __future__ import annotations

import hmac
import time
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Mapping
from hashlib import sha1, sha256
from typing import Final
from urllib.parse import parse_qsl

from penstock.transport.gateway.gateway import TWILIO, Gateway
from penstock.transport.gateway.telling import header

TOLERANCE: Final = 300
"""Seconds that their clock and ours may differ; older requests are somebody's repetition."""
_PREFIX: Final = "whsec_"


class NotSigned(Exception):
    """The request does not bear a signature of this key; says what is wrong."""


def verify(
    gateway: Gateway, key: str, headers: Mapping[str, str], url: str, body: bytes, now: float | None = None
) -> None:
    """Return when a request to `url` (with its query) is signed with `key`. Raises NotSigned."""
    at = time.time() if now is None else now
    if gateway.scheme == TWILIO:
        _twilio(key, headers, url, body)
    elif gateway.shape.signature == "standard":
        _standard(key, headers, body, at)
    elif gateway.shape.signature != "none":
        _plain(gateway, key, headers, body, at)


def _standard(key: str, headers: Mapping[str, str], body: bytes, now: float) -> None:
    number, stamp = header(headers, "webhook-id"), header(headers, "webhook-timestamp")
    given = header(headers, "webhook-signature")
    if not (number and given):
        raise NotSigned("Its header lacks webhook-id, webhook-timestamp or webhook-signature.")
    _in_time(stamp, now)
    try:
        secret = b64decode(key.removeprefix(_PREFIX), validate=True)
    except (Error, ValueError):
        secret = key.encode()
    wanted = b64encode(hmac.digest(secret, f"{number}.{stamp}.".encode() + body, sha256)).decode()
    if not any(
        _same(each.removeprefix("v1,"), wanted) for each in given.split()[:10] if each.startswith("v1,")
    ):
        raise NotSigned("Its signature is not of this secret.")


def _plain(gateway: Gateway, key: str, headers: Mapping[str, str], body: bytes, now: float) -> None:
    shape = gateway.shape
    given = header(headers, shape.signature_header).strip()
    if not given:
        raise NotSigned(f"Its header lacks {shape.signature_header}.")
    signed = body
    if shape.signature_time:
        stamp = header(headers, shape.signature_time).strip()
        _in_time(stamp, now)
        signed = stamp.encode() + b"." + body
    made = hmac.digest(key.encode(), signed, sha256)
    wanted = made.hex() if shape.signature == "hex" else b64encode(made).decode()
    given = given.removeprefix("sha256=")
    if not _same(given.lower() if shape.signature == "hex" else given, wanted):
        raise NotSigned("Its signature is not of this secret.")


def _twilio(key: str, headers: Mapping[str, str], url: str, body: bytes) -> None:
    given = header(headers, "X-Twilio-Signature").strip()
    if not given:
        raise NotSigned("Its header lacks X-Twilio-Signature.")
    try:
        form = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=200)
    except ValueError:
        raise NotSigned("Its form has more than 200 fields.") from None
    signed = url + "".join(name + value for name, value in sorted(set(form)))
    if not _same(given, b64encode(hmac.digest(key.encode(), signed.encode(), sha1)).decode()):
        raise NotSigned(
            "Its signature is not of this auth token, or it was sent to another address than it came to."
        )


def _in_time(stamp: str, now: float) -> None:
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
        raise NotSigned("Its header does not say when it was signed, in seconds since 1970.")
    if abs(now - int(stamp)) > TOLERANCE:
        raise NotSigned("It was signed more than five minutes ago, or in the future.")


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())
