"""`penstock bounce list` says who bounced."""

import json

import psycopg

from tests import commands


def test_bounces_on_the_terminal(conn: psycopg.Connection) -> None:
    assert "Nobody has bounced." in commands.run("bounce", "list").stderr
    conn.execute(
        "insert into feedback_bounce (account, mailing, seq, contact, normal, at, class, code, enhanced, text, origin, suppressed)"
        " values (1, 7, 3, 1, 'anna@example.org', now(), 'hard', 550, '5.1.1', E'gone\\x1b[31m', 'dsn', true)"
    )
    shown = commands.run("bounce", "list", "--mailing", "7").stdout
    assert "anna@example.org" in shown
    assert "hard" in shown
    assert "\x1b" not in shown
    [one] = json.loads(commands.run("bounce", "list", "--address", "ANNA@example.org", "--json").stdout)
    assert (one["seq"], one["kind"], one["suppressed"]) == (3, "hard", True)
    assert commands.run("bounce", "list", "--address", "nonsense").returncode == 2
