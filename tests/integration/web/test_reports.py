"""Reports: what an account sent day by day, what came back of a mailing, mailings beside each other, orders; and nobody else's."""

import csv
import io
from collections.abc import Callable
from decimal import Decimal

import pytest

from penstock.feedback import events
from penstock.feedback.orders import taking
from penstock.report.results import ANSWERS, results
from penstock.web.room.reports import answers
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


@pytest.fixture
def answered(desk: Desk) -> int:
    """A mailing of 12 that reached 9, of whom some opened, clicked, left and bought; machines were there, too."""
    mailing = desk.mailing("sent", "Spring", count=12)
    desk.conn.execute(
        "insert into delivery_link (mailing, no, url) values (%s, 1, 'https://example.org/a'), (%s, 2, 'https://example.org/b')",
        (mailing, mailing),
    )
    for seq, kind, link in (
        (1, "opened", None),
        (2, "opened", None),
        (3, "prefetched", None),
        (1, "clicked", 2),
        (2, "unsubscribed", None),
    ):
        events.record_of_recipient(desk.conn, mailing, seq, kind, link=link)
    bought = desk.conn.execute(
        "select coalesce(address, normal) from delivery_recipient where mailing = %s and seq = 1", (mailing,)
    ).fetchone()
    assert bought
    taking.take(desk.conn, desk.account, [taking.Order("=4711", Decimal("1234.5"), "EUR", address=bought[0])])
    return mailing


def test_a_report_shows_what_came_back_and_gives_it_as_files(
    desk: Desk, visitor: Visitors, answered: int
) -> None:
    anna = visitor("author")
    page = anna.text(f"/mailings/{answered}/report")
    for words in (
        'Opened <span class="soft">of those reached',
        "22.2 %",
        "A machine opened it (1)",
        "https://example.org/b",
        "1,234.50 EUR",
        "Everything as ZIP",
    ):
        assert words in page, words
    files = {
        by: anna.get(f"/mailings/{answered}/report/{by}.csv").content.decode().splitlines()
        for by in ("answer", "link")
    }
    assert files["link"][1:] == ["1,https://example.org/a,0,0,0,0", "2,https://example.org/b,1,1,0,0"]
    assert [line.split(",")[1:] for line in files["answer"][1:]] == [
        ["clicked", "1", "1"], ["converted", "1", "1"], ["opened", "2", "2"], ["prefetched", "1", "1"], ["unsubscribed", "1", "1"],
    ]  # fmt: skip
    answer = anna.get(f"/mailings/{answered}/export.zip")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    theirs = Desk(desk.conn, "smtp://127.0.0.1:1").mailing("sent")
    assert anna.get(f"/mailings/{theirs}/export.zip").status_code == 404


def test_a_recipients_page_tells_what_they_did(desk: Desk, visitor: Visitors, answered: int) -> None:
    page = visitor("author").text(f"/mailings/{answered}/recipients/1")
    places = [
        page.index(words)
        for words in (
            "No such user here",
            "Opened it",
            "Followed a link",
            "https://example.org/b",
            "Ordered",
            "=4711",
        )
    ]
    assert places == sorted(places)


def test_mailings_are_chosen_and_compared(desk: Desk, visitor: Visitors, answered: int) -> None:
    other = desk.mailing("sent", "Summer", count=8)
    anna = visitor("approver")
    listed = anna.text("/reports/mailings")
    assert listed.index("Summer") < listed.index("Spring")
    assert f'name="mailing" value="{answered}"' in listed
    page = anna.text(f"/reports/compare?mailing={answered}&mailing={other}&mailing=999999")
    assert "<strong>22.2 %" in page
    assert "1,234.50 EUR" in page
    assert "Choose mailings to be compared." in anna.text("/reports/compare")
    assert "Spring" in anna.text(f"/reports/compare?chain={answered}")
    assert anna.get("/reports/compare?chain=999999").status_code == 404


def test_orders_are_listed_and_found(desk: Desk, visitor: Visitors, answered: int) -> None:
    author = visitor("author")
    assert "1,234.50 EUR" in author.text("/reports/orders")
    assert f"Mailing {answered}" in author.text("/reports/orders?key=%3D4711")
    assert "There is no such order." in author.text("/reports/orders?key=nothing")
    assert visitor("approver").get("/reports/orders").status_code == 403


def test_every_share_and_kind_has_words(desk: Desk) -> None:
    [nothing] = results(desk.conn, desk.account, [desk.draft()])
    assert set(answers.RATES) == {each.name for each in nothing.rates}
    assert {each.of for each in nothing.rates} == set(answers.OF)
    assert set(answers.KINDS) == set(events.OF_MESSAGES) == set(ANSWERS)
