"""At the terminal: a mailing that its bounces stopped is unlocked with a note, and resumed."""

import json
from typing import Any

from penstock.delivery import freeze, tripping
from tests import commands
from tests.integration.delivery import stage
from tests.integration.delivery.handing import hand_over


def test_it_says_what_is_wrong_and_what_to_do_next(conn: Any) -> None:
    mailing = stage.begin(conn, 600, "smtp://127.0.0.1:1")
    freeze.prepare(conn, mailing)
    hand_over(conn, mailing, accepted=470, bounced=30)
    tripping.look(conn)
    number = str(mailing)
    shown = commands.run("mailing", "show", number)
    assert "30 of 500 settled recipients bounced: 6.0 %, more than 5 %." in shown.stdout
    refused = commands.run("mailing", "resume", number, "--reason", "mended", "--yes")
    assert refused.returncode == 2
    assert "unlocks it" in refused.stderr
    done = commands.run("mailing", "unlock", number, "--reason", "The list was cleaned.")
    assert done.returncode == 0, done.stderr
    assert f"penstock mailing resume {number}" in done.stderr
    told = json.loads(commands.run("mailing", "show", number, "--json").stdout)
    assert told["reason"]["unlocked"]["text"] == "The list was cleaned."
    assert commands.run("mailing", "resume", number, "--reason", "mended", "--yes").returncode == 0
    assert stage.state(conn, mailing) == "sending"
