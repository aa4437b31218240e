"""What a person should know before it is sent, though it does not stand in the way."""

import urllib.error
import urllib.request
from typing import Any

from penstock.content.render import Program
from penstock.platform import environment
from penstock.transport.smtp.server import Server

_PATIENCE = 5.0


def endpoint_fault(base: str) -> str | None:
    """Return why the links of messages would not be answered at `base`, None when they are: it is asked."""
    request = urllib.request.Request(f"{base}/healthz", headers={"User-Agent": "penstock"})  # noqa: S310 -- http(s) by base_url
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310
            found = answer.read(16).strip()
    except (OSError, ValueError) as error:
        return str(getattr(error, "reason", error)) or type(error).__name__
    return None if found == b"ok" else "something else than Penstock answers there"


def settle_unsubscribing(options: dict[str, Any]) -> str | None:
    """Decide how List-Unsubscribe works where the mailing does not say; return a warning where a link would lead nowhere.

    Without a public base URL it is by mail only, of which compiling the message warns.
    """
    if "unsubscribe" in options or not environment.base_url_is_public():
        return None
    base = environment.base_url()
    if fault := endpoint_fault(base):
        options["unsubscribe"] = "mailto"
        return f"Unsubscribing works by mail only: {base} does not answer ({fault}). Run `penstock web` behind it."
    return None


def unverified(program: Program, server: Server) -> str | None:
    """Return a warning about a sending domain that nobody has verified; None towards this machine."""
    if server.loopback:
        return None
    domain = program.domain.decode()
    return f"{domain} is not verified here: see that its SPF record allows {server.host}, and that it signs with DKIM."
