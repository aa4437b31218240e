"""Messages that people sent, on the screen. What is said in them is a stranger's."""

from dataclasses import asdict

from penstock.audience.address import AddressError
from penstock.cli.endings import wrong
from penstock.cli.membership import account_of, session
from penstock.cli.screen import document, line, moment, table, tell, written
from penstock.feedback.short import inbox


def list_messages(
    account: str | None, number: str | None, limit: int, before: int | None, json: bool
) -> None:
    """Print messages, a line each. Raises Failure for what is no number."""
    with session("penstock sms") as conn:
        try:
            found = inbox.page(conn, account_of(conn, account), limit=limit, before=before, number=number)
        except AddressError as error:
            raise wrong(f"{number} {error}.", "Give a number as +33 6 12 34 56 78.") from None
    if json:
        document([asdict(each) for each in found])
        return
    if not found:
        tell("Nobody has written.")
        return
    rows = [
        (each.id, moment(each.at), line(each.number), line(each.addressee) or "–", each.word or "–", each.done or "–", line(each.text))
        for each in found
    ]  # fmt: skip
    written(table(("id", "at", "from", "to", "keyword", "done", "text"), rows, right="id"))
