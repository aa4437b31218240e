"""What `penstock template` does: each command with its answer, in words or as JSON."""

from dataclasses import asdict
from typing import Any

import psycopg

from penstock.cli.choosing import any_mailing, chosen_account
from penstock.cli.endings import wrong
from penstock.cli.membership import session
from penstock.cli.person import actor, agree
from penstock.cli.recipients import find_list
from penstock.cli.screen import document, moment, table, tell, written
from penstock.cli.via import Via
from penstock.content import accepting, checking, templates
from penstock.content.message import FORMS, Message, changed
from penstock.content.messages import load_message, store_message
from penstock.mailing import drafting, mailings

Conn = psycopg.Connection[Any]
_PAGE = 1000


def list_templates(account: str | None, *, json: bool) -> None:
    """Print the templates of the account."""
    with session("penstock template") as conn:
        found = templates.page(conn, chosen_account(conn, account), limit=_PAGE)
    if json:
        document([asdict(each) for each in found])
        return
    heads = ("id", "name", "channel", "subject", "version", "changed")
    rows = [(t.id, t.name, t.channel, t.subject, t.version, moment(t.changed_at)) for t in found]
    written(table(heads, rows, right="id version"))


def show_template(account: str | None, which: str, version: int | None, *, json: bool) -> None:
    """Print one template with its versions."""
    with session("penstock template") as conn:
        number = chosen_account(conn, account)
        there = templates.named(conn, number, which)
        message = _message(conn, templates.message_of(conn, number, there.id, version))
        versions = templates.versions(conn, number, there.id, limit=_PAGE)
    faults = checking.faults(message)
    if json:
        document(
            {**asdict(there), "version": version or there.version, "message": asdict(message), "blockers": faults,
             "versions": [asdict(each) for each in versions]}
        )  # fmt: skip
        return
    form = next((name for name in (*FORMS, "text") if getattr(message, name)), "nothing")
    written(
        f"Template {there.id} ({there.name}), version {version or there.version}: {message.channel}, written as {form}"
    )
    written(
        f"From:    {message.sender}"
        + (f"\nSubject: {message.subject}" if message.channel == accepting.EMAIL else "")
    )
    for fault in faults:
        written(f"blocker: {fault}.")
    rows = [(each.version, moment(each.at), each.made_by) for each in versions]
    written(table(("version", "made", "by"), rows, right="version"))


def create_template(
    account: str | None, name: str, given: dict[str, Any], *, sms: bool, mailing: int | None, json: bool
) -> None:
    """Make a template of what was given, or of a mailing's message. Raises Failure where it is not said of what."""
    if bool(given) == (mailing is not None):
        raise wrong(
            "It is not said of what.", "Give either --from, --subject and --html or --text; or --mailing ID."
        )
    with session("penstock template") as conn, conn.transaction():
        number = chosen_account(conn, account)
        message = (
            _of_mailing(conn, number, mailing) if mailing else _stored(conn, number, _new(given, sms=sms))
        )
        made = templates.create(conn, number, name=name, message=message, actor=actor())
        faults = checking.faults(_message(conn, message))
    _tell_faults(faults)
    tell(
        f"Template {made.id} ({made.name}). `penstock template use {made.id} --list NAME` makes a mailing of it."
    )
    if json:
        document(asdict(made))


def edit_template(
    account: str | None,
    which: str,
    given: dict[str, Any],
    *,
    name: str | None,
    version: int | None,
    json: bool,
) -> None:
    """Change a template. Raises Failure where nothing is said."""
    if not given and name is None and version is None:
        raise wrong("It is not said what to change.", "`penstock template edit --help` lists what can be.")
    with session("penstock template") as conn, conn.transaction():
        number = chosen_account(conn, account)
        there = templates.named(conn, number, which)
        message = templates.message_of(conn, number, there.id, version)
        if given:
            message = _stored(conn, number, changed(_message(conn, message), given))
        made = templates.change(conn, number, there.id, actor=actor(), name=name, message=message)
        faults = checking.faults(_message(conn, message))
    _tell_faults(faults)
    tell(f"Template {made.id} ({made.name}) is at version {made.version}.")
    if json:
        document(asdict(made))


def use_template(
    account: str | None, which: str, list_name: str, *, via: str | None, name: str | None, json: bool
) -> None:
    """Make a draft of a template."""
    with session("penstock template") as conn, conn.transaction():
        number = chosen_account(conn, account)
        there = templates.named(conn, number, which)
        way = Via.read(via) if via else None
        transport = way.store(conn, number) if way else drafting.only_transport(conn, number, there.channel)
        audience = {"list": find_list(conn, number, list_name)}
        called = name or there.name
        drafting.check(
            conn, number, name=called, audience=audience, transport=transport, channel=there.channel
        )
        made = mailings.create(
            conn,
            number,
            name=called.strip(),
            message=there.message,
            audience=audience,
            transport=transport,
            actor=actor(),
        )
    tell(
        f"Mailing {made} is a draft now.\nChange it:  penstock mailing edit {made}   Submit it:  penstock mailing submit {made}"
    )
    if json:
        document({"mailing": made, "state": "draft", "template": there.id, "version": there.version})


def delete_template(account: str | None, which: str, *, yes: bool, json: bool) -> None:
    """Delete a template, after a question."""
    with session("penstock template") as conn:
        number = chosen_account(conn, account)
        there = templates.named(conn, number, which)
        if not yes:
            agree(
                f"Delete template {there.id} ({there.name}) with all its versions?",
                otherwise="Nothing was deleted.",
            )
        templates.delete(conn, number, there.id, actor())
    tell(f"Template {there.id} ({there.name}) is deleted.")
    if json:
        document({"deleted": there.id})


def _new(given: dict[str, Any], *, sms: bool) -> Message:
    if "sender" not in given:
        raise wrong("It is not said who sends it.", "Give --from.")
    return Message(**{"subject": "", **given}, channel=accepting.SMS if sms else accepting.EMAIL)


def _stored(conn: Conn, account: int, message: Message) -> int:
    accepting.check(message)
    return store_message(conn, account, message)


def _of_mailing(conn: Conn, account: int, number: int) -> int:
    there = any_mailing(conn, number)
    if there.account != account:
        raise wrong(f"Mailing {number} is another account's.")
    return there.message


def _message(conn: Conn, number: int) -> Message:
    message = load_message(conn, number)
    assert message is not None
    return message


def _tell_faults(faults: tuple[str, ...]) -> None:
    for fault in faults:
        tell(f"warning: {fault}.")
