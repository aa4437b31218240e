"""Whether bounces can come back is known: by listeners that run, mailboxes that are read, and providers that call."""

from typing import Any

import psycopg

from penstock.account import domains, transports
from penstock.feedback import doctor, way_back
from penstock.feedback.mailboxes import keeping
from penstock.platform import connections
from tests.integration.delivery.stage import ANNA, eventually
from tests.integration.feedback.lmtp import listening

Conn = psycopg.Connection[Any]


def test_a_listener_that_runs_is_a_way_back(conn: Conn) -> None:
    assert [each.level for each in doctor.check_way_back(conn)] == ["ok"]  # nothing leaves this machine
    transports.create(conn, 1, name="far", url="smtp://mail.example.net", actor=ANNA)
    (found,) = doctor.check_way_back(conn)
    assert (found.level, "have no way back" in found.what) == ("warn", True)
    try:
        with listening():
            eventually(lambda: way_back.ways(conn, 1)[0].listeners == 1)
            assert [each.level for each in doctor.check_way_back(conn)] == ["ok"]
        eventually(lambda: way_back.ways(conn, 1)[0].lacking)
    finally:
        connections.close()


def test_mailboxes_that_fail_or_do_not_open_are_told(conn: Conn) -> None:
    box = keeping.create(conn, 1, name="b", url="imaps://b:c@imap.example.org", actor=ANNA)
    assert [each.level for each in doctor.check_mailboxes(conn)] == ["ok"]
    conn.execute("update feedback_mailbox set next_at = now() - interval '1 hour'")
    assert "should have been read" in doctor.check_mailboxes(conn)[0].what
    conn.execute(
        "update feedback_mailbox set failing_since = now(), failures = 4, trouble = 'It says nothing.'"
    )
    assert "cannot be read since" in doctor.check_mailboxes(conn)[0].what
    conn.execute("update feedback_mailbox set secret = 'another key''s'")
    assert [each.level for each in doctor.check_mailboxes(conn)] == ["fail"]
    keeping.update(conn, 1, box.id, enabled=False, actor=ANNA)
    assert [each.level for each in doctor.check_mailboxes(conn)] == ["ok"]


def test_a_mail_server_is_told_the_way(conn: Conn) -> None:
    own = domains.create(
        conn, 1, name="example.org", return_host="bounce", return_target="mx.example.org", actor=ANNA
    )
    same = domains.create(conn, 1, name="example.net", actor=ANNA)
    assert way_back.route(own).transport == "bounce.example.org    lmtp:[127.0.0.1]:8024"
    assert way_back.route(own).dns == "bounce.example.org. IN MX 10 mx.example.org."
    assert way_back.route(same).dns == ""
    assert way_back.route(same, 9000).transport == (
        r"/^bounce\+[0-9a-f-]+@example\.net$/    lmtp:[127.0.0.1]:9000"
    )
