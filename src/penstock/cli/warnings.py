"""What a person should know before it is sent, though it does not stand in the way."""

from typing import Any

import psycopg

from penstock.account.policy import Policy
from penstock.cli.endings import wrong
from penstock.cli.via import Via
from penstock.platform import environment


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


def unverified(conn: psycopg.Connection[Any], account: int, domain: str | None, server: Via) -> str | None:
    """Return a warning about a sending domain that the account has not shown to be its own; None towards this machine."""
    if server.loopback or domain is None or _standing(conn, account, domain) == "verified":
        return None
    return (
        f"{domain} is not verified as a sending domain: the message is not signed (DKIM),"
        f" and its SPF record has to allow {server.host}. See `penstock domain add {domain}`."
    )


def refuse_unverified(
    conn: psycopg.Connection[Any], account: int, domain: str | None, server: Via, policy: Policy
) -> None:
    """Return when mail may leave this machine as `domain` (policy sender_domain). Raises Failure: before anything is imported."""
    if policy.sender_domain != "required" or unverified(conn, account, domain, server) is None:
        return
    has = _standing(conn, account, str(domain)) == "unverified"
    cure = f"penstock domain check {domain}" if has else f"penstock domain add {domain}"
    raise wrong(
        f"{domain} is not verified as a sending domain of this account, and {server} is not on this machine.",
        f"Nothing was sent. Set the records that it is to have:  {cure}\n"
        "Or be asked instead:  penstock account policy sender_domain=warn",
    )


def refuse_unanswered(server: Via, policy: Policy) -> None:
    """Return when tracked links would be answered, or nothing is tracked. Raises Failure: before anything is imported."""
    if server.loopback or "on" not in (policy.track_clicks, policy.track_opens):
        return
    from penstock.web.endpoint import fault

    base = environment.base_url()
    why = fault(base) if environment.base_url_is_public() else "nobody outside this machine reaches it"
    if why:
        raise wrong(
            f"Clicks or openings are to be tracked, and {base} does not answer ({why}).",
            "Nothing was sent. Set PENSTOCK_BASE_URL to the https address that leads to `penstock web`, or send with"
            " --policy track_clicks=off --policy track_opens=off.",
        )


def _standing(conn: psycopg.Connection[Any], account: int, domain: str) -> str:
    row = conn.execute("select account_sender_domain(%s, %s)", (account, domain)).fetchone()
    return str(row[0]) if row else "missing"
