"""Mailboxes on the screen: added, listed, read and changed."""

from dataclasses import asdict
from typing import Any

from penstock.cli.endings import Exit
from penstock.cli.membership import account_of, owner, session
from penstock.cli.screen import document, line, moment, number, table, tell, written
from penstock.cli.transporting import address
from penstock.feedback.mailboxes import collecting, keeping
from penstock.feedback.mailboxes.keeping import Mailbox

NAME = "penstock mailbox"
_AFTERWARDS = {
    "seen": "are marked as seen",
    "move": "move to {folder}",
    "delete": "are deleted",
    "leave": "stay as they are",
}


def add_mailbox(name: str, url: str, account: str | None, json: bool, **given: str | None) -> None:
    """Add a mailbox and say so. Raises MailboxError."""
    told = {key: value for key, value in given.items() if value is not None}
    with session(NAME) as conn:
        made = keeping.create(
            conn, account_of(conn, account), name=name, url=address(url), actor=owner(), **told
        )
    if json:
        document(_shown(made))
        return
    tell(f"Mailbox {made.id} ({line(made.name)}) is there: {line(made.url)}, folder {line(made.folder)}.")
    tell(f"Try it:  penstock mailbox read {made.id}")


def list_mailboxes(account: str | None, json: bool) -> None:
    """Print the mailboxes, a line each."""
    with session(NAME) as conn:
        found = keeping.listed(conn, account_of(conn, account))
    if json:
        document([_shown(each) for each in found])
        return
    if not found:
        tell(
            "There is no mailbox.  Add one:  penstock mailbox add 'returned' imaps://user:password@imap.example.org"
        )
        return
    rows = [
        (each.id, each.name, each.url, each.folder, each.state, number(each.messages), number(each.placed))
        for each in found
    ]
    heads = ("id", "name", "address", "folder", "state", "read", "placed")
    written(table(heads, rows, right="id read placed"))


def show_mailbox(which: str, account: str | None, json: bool) -> None:
    """Print one mailbox and how it fares."""
    with session(NAME) as conn:
        found = keeping.chosen(conn, account_of(conn, account), which)
    if json:
        document(_shown(found))
        return
    written(f"Mailbox {found.id}: {line(found.name)}, {found.state}.")
    written(f"It is {line(found.url)}, folder {line(found.folder)}.")
    written(
        f"Messages that were placed {_AFTERWARDS[found.afterwards].format(folder=line(found.done_folder))}."
    )
    written(f"{number(found.messages)} messages were read, {number(found.placed)} of them placed.")
    if found.read_at:
        written(f"It was last read through at {moment(found.read_at)}.")
    if found.trouble:
        written(f"Since {moment(found.failing_since)}: {line(found.trouble)}")
        written(f"It is tried again at {moment(found.next_at)}.")


def read_mailbox(which: str, account: str | None, json: bool) -> int:
    """Read a mailbox to its end and say how it went; the status is for the shell."""
    messages = placed = 0
    with session(NAME) as conn:
        found = keeping.chosen(conn, account_of(conn, account), which)
        while True:
            done = collecting.collect(conn, found.id)
            messages, placed = messages + done.messages, placed + done.placed
            if not done.more or done.trouble:
                break
    if json:
        document({"mailbox": found.id, "messages": messages, "placed": placed, "trouble": done.trouble})
    else:
        tell(f"{number(messages)} messages were read, {number(placed)} of them placed.")
        if done.trouble:
            tell(line(done.trouble))
    return Exit.FAILED if done.trouble else Exit.DONE


def edit_mailbox(which: str, account: str | None, json: bool, given: dict[str, Any]) -> None:
    """Change a mailbox and say so. Raises MailboxError, UnknownMailbox."""
    if given["url"] is not None:
        given["url"] = address(given["url"])
    with session(NAME) as conn:
        its = account_of(conn, account)
        found = keeping.chosen(conn, its, which)
        changed = keeping.update(conn, its, found.id, actor=owner(), **given)
    if json:
        document(_shown(changed))
    else:
        tell(f"Mailbox {changed.id} ({line(changed.name)}) is changed; it is {changed.state}.")


def delete_mailbox(which: str, account: str | None, json: bool) -> None:
    """Forget a mailbox and say so. Raises UnknownMailbox."""
    with session(NAME) as conn:
        its = account_of(conn, account)
        found = keeping.chosen(conn, its, which)
        keeping.delete(conn, its, found.id, owner())
    if json:
        document({"deleted": found.id})
    else:
        tell(f"Mailbox {found.id} ({line(found.name)}) is forgotten; what lies in it stays there.")


def _shown(found: Mailbox) -> dict[str, Any]:
    return {**asdict(found), "state": found.state}
