"""`penstock sms`: what people wrote."""

import json
from typing import Any

import psycopg

from penstock.account import transports
from penstock.feedback.short import incoming, noting
from penstock.transport.short import Inbound
from tests import commands
from tests.integration.delivery import stage, texting


def test_messages_are_listed_and_found_by_number(conn: psycopg.Connection[Any]) -> None:
    assert "Nobody has written." in commands.run("sms", "inbox").stderr
    transport = transports.store(conn, 1, "sms+https://:k@gateway.example.net/")
    told = [
        (Inbound("+33612345678", "36180", "HELP"), "1"),
        (Inbound("+33612345679", "", "Hello\x1b[31m you"), "2"),
    ]
    incoming.take_of_transport(conn, transport, told)
    noting.note(conn)
    shown = commands.run("sms", "inbox").stdout
    assert "help" in shown
    assert "\x1b" not in shown
    [found] = json.loads(commands.run("sms", "inbox", "--number", "+33 6 12 34 56 78", "--json").stdout)
    assert (found["number"], found["word"], found["done"]) == ("+33612345678", "help", "nothing")
    refused = commands.run("sms", "inbox", "--number", "me")
    assert refused.returncode == 2
    assert "Give a number as +33 6 12 34 56 78." in refused.stderr


def test_a_timeline_names_the_holidays_that_somebody_waits_for(conn: psycopg.Connection[Any]) -> None:
    stage.policy(conn, sending_hours_sms="FR mon-sat 08:00-20:00 except holidays in 57")
    mailing = str(texting.draft(conn, texting.add_numbers(conn, "readers", 3)))
    asked = ("mailing", "timeline", mailing, "--at", "2031-12-25T10:00", "--zone", "Europe/Paris")
    told = commands.run(*asked)
    assert "2031-12-27 08:00 Europe/Paris" in told.stdout
    assert (
        "2031-12-25 is a public holiday in France (Christmas Day): nothing goes there that day."
        in told.stderr
    )
    assert "2031-12-26 is a public holiday in a part of France (" in told.stderr
    [first, _] = json.loads(commands.run(*asked, "--json").stdout)["holidays"]
    assert first == {"on": "2031-12-25", "country": "FR", "name": "Christmas Day"}
