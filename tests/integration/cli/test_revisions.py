"""`penstock mailing revisions` and `mailing edit --revision`: what was typed before comes back."""

import json
from collections.abc import Callable

import psycopg

from tests.integration.cli.conftest import Ran
from tests.integration.delivery.stage import add_contacts, draft

Cli = Callable[..., Ran]


def test_an_earlier_message_is_found_shown_and_taken_again(cli: Cli, conn: psycopg.Connection) -> None:
    mailing = str(draft(conn, add_contacts(conn, "readers", 2)))
    other = str(draft(conn, add_contacts(conn, "others", 2), html="<p>theirs</p>"))
    cli("mailing", "edit", mailing, "--subject", "Second")
    listed = cli("mailing", "revisions", mailing).stdout
    assert "Second" in listed
    assert "News" in listed
    assert "Subject: News" in cli("mailing", "revisions", mailing, "1").stdout
    assert "numbered from 1 to 2" in cli("mailing", "edit", mailing, "--revision", "3", status=2).stderr
    cli("mailing", "edit", mailing, "--revision", "1", "--from", "Ann <ann@example.org>")
    cli("mailing", "edit", mailing, "--message-from", other)
    assert "There is no mailing 9" in cli("mailing", "edit", mailing, "--message-from", "9", status=2).stderr
    told = json.loads(cli("mailing", "revisions", mailing, "--json").stdout)
    assert [(each["number"], each["subject"], each["sender"]) for each in told] == [
        (4, "News", "News <news@example.org>"), (3, "News", "Ann <ann@example.org>"),
        (2, "Second", "News <news@example.org>"), (1, "News", "News <news@example.org>"),
    ]  # fmt: skip
    assert (
        json.loads(cli("mailing", "revisions", mailing, "4", "--json").stdout)["message"]["html"]
        == "<p>theirs</p>"
    )
