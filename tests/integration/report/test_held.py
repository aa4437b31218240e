"""What is foreseen of a mailing by SMS that is held to a rate: the rate counts parts, a forecast people."""

from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from penstock.delivery import freeze
from penstock.mailing import mailings
from penstock.report.held import in_messages
from penstock.report.outlook import of_mailing
from tests.integration.delivery.stage import launch
from tests.integration.delivery.texting import TEXT, add_numbers, draft

Conn = psycopg.Connection[Any]


@pytest.mark.behaviour("S3.19")
def test_a_rate_in_parts_is_foreseen_in_messages(conn: Conn) -> None:
    listed = add_numbers(conn, "many", 30)
    number = draft(conn, listed, text=TEXT + "x" * 300, rate=0.2)  # three parts each
    found = mailings.find(conn, 1, number)
    assert found is not None
    assert in_messages(conn, found, 0.3) == 0.3  # nobody knows to how many
    assert in_messages(conn, found, 0.3, 30) == pytest.approx(0.1)
    assert in_messages(conn, found, None, 30) is None
    last = of_mailing(conn, found, {"kind": "now"}).when.last
    assert last is not None
    assert (last - datetime.now(UTC)).total_seconds() == pytest.approx(30 * 3 / 0.2, rel=0.1)
    launch(conn, number)
    freeze.prepare(conn, number)
    found = mailings.find(conn, 1, number)
    assert found is not None
    assert of_mailing(conn, found).when.rate == pytest.approx(0.2 / 3)
