"""Bounces on the screen. What is said in them is a stranger's."""

from dataclasses import asdict

from penstock.audience.address import AddressError
from penstock.cli.endings import wrong
from penstock.cli.membership import account_of, session
from penstock.cli.screen import document, line, moment, table, tell, written
from penstock.feedback import bounced


def list_bounces(
    account: str | None, mailing: int | None, address: str | None, limit: int, before: int | None, json: bool
) -> None:
    """Print bounces, a line each. Raises Failure for what is no address."""
    with session("penstock bounce") as conn:
        try:
            found = bounced.page(
                conn, account_of(conn, account), limit=limit, before=before, mailing=mailing, address=address
            )
        except AddressError as error:
            raise wrong(f"{address} {error}.", "Give an address as anna@example.org.") from None
    if json:
        document([asdict(each) for each in found])
        return
    if not found:
        tell("Nobody has bounced.")
        return
    rows = [
        (
            each.id, moment(each.at), each.mailing, line(each.address), each.kind, each.origin,
            "yes" if each.suppressed else "–", line(each.said),
        )
        for each in found
    ]  # fmt: skip
    heads = ("id", "at", "mailing", "address", "kind", "by", "suppressed", "said")
    written(table(heads, rows, right="id mailing"))
