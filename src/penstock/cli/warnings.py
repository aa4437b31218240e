"""What a person should know before it is sent, though it does not stand in the way."""

from typing import Any

from penstock.content.render import Program
from penstock.platform import environment
from penstock.transport.smtp.server import Server


def settle_unsubscribing(options: dict[str, Any]) -> str | None:
    """Decide how List-Unsubscribe works where the mailing does not say; return a warning where a link would lead nowhere.

    Without a public base URL it is by mail only, of which compiling the message warns.
    """
    if "unsubscribe" in options or not environment.base_url_is_public():
        return None
    from penstock.web.endpoint import fault  # with urllib, which only a public address is worth

    base = environment.base_url()
    if why := fault(base):
        options["unsubscribe"] = "mailto"
        return (
            f"Unsubscribing works by mail only: {base} does not answer ({why}). Run `penstock web` behind it."
        )
    return None


def unverified(program: Program, server: Server) -> str | None:
    """Return a warning about a sending domain that nobody has verified; None towards this machine."""
    if server.loopback:
        return None
    domain = program.domain.decode()
    return f"{domain} is not verified here: see that its SPF record allows {server.host}, and that it signs with DKIM."
