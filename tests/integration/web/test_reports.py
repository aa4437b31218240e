"""Reports over time: what an account sent day by day, and nobody else's."""

import csv
import io
from collections.abc import Callable

from tests.browser.desk import Desk
from tests.integration.web.conftest import Visitor

Visitors = Callable[..., Visitor]


def test_days_have_what_was_settled(desk: Desk, visitor: Visitors) -> None:
    other = Desk(desk.conn, "smtp://127.0.0.1:2525?tls=none")
    other.mailing("sent")
    desk.mailing("sent", count=12)  # 2 bounced, 1 in doubt, 9 accepted
    desk.mailing("cancelled", count=8)  # 4 accepted
    old = desk.mailing("sent", "Long ago", count=12)
    desk.conn.execute(
        "update delivery_package set begun_at = begun_at - interval '20 days' where mailing = %s",
        (old,),
    )
    anna = visitor("approver")
    rows = list(csv.DictReader(io.StringIO(anna.get("/reports.csv?days=7").content.decode())))
    assert len(rows) == 7
    (today,) = [row for row in rows if row["mailings"] != "0"]
    assert [today[name] for name in ("mailings", "accepted", "bounced", "in_doubt", "skipped")] == [
        "2",
        "13",
        "2",
        "1",
        "0",
    ]
    month = list(csv.DictReader(io.StringIO(anna.get("/reports.csv").content.decode())))
    assert (len(month), sum(int(row["accepted"]) for row in month)) == (30, 22)
    page = anna.text("/reports?days=7")
    assert "16 recipients in this time." in page
    assert 'aria-current="true">7 days' in page


def test_without_anything_sent_it_says_so(desk: Desk, visitor: Visitors) -> None:
    assert "Nothing was sent in this time." in visitor("author").text("/reports?days=nonsense")
