"""Credits in the control room: the page of the settings, and what dialogs say of them."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from penstock.account.credits import ledger, reading
from penstock.delivery import freeze
from tests.browser.desk import TERMINAL, Desk
from tests.integration.web.conftest import Visitor

Visitors = Callable[..., Visitor]


def key(text: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', text)
    assert found
    return found[1]


def plan(days: float) -> dict[str, str]:
    return {"kind": "at", "at": (datetime.now(UTC) + timedelta(days=days)).isoformat(timespec="seconds")}


@pytest.mark.behaviour("S5.17", "S5.18")
def test_the_page_says_which_date_runs_short(desk: Desk, visitor: Visitors) -> None:
    desk.policy(credits="counted")
    ledger.top_up(desk.conn, desk.account, TERMINAL, amount=20, reference="invoice 7", note="Paid.")
    sent = desk.release(desk.draft("The one that goes", count=8))
    desk.begun(sent)
    for name, days in (("Spring fair", 3), ("Summer fair", 5)):
        desk.release(desk.draft(name, count=8), plan(days))
    desk.conn.execute("update mailing_mailing set approved_size = 8 where account_id = %s", (desk.account,))
    page = visitor("author").text("/settings/credits")
    assert "Credits run short: 4 more let all planned mailings out" in page
    assert page.index("Summer fair") < page.index("Spring fair"), "the one that finds too few is said first"
    assert "invoice 7" in page
    assert "The one that goes" in page
    assert "too few" in page
    assert 'name="amount"' not in page, "only the platform adds"


def test_the_platform_adds_credits_once(desk: Desk, visitor: Visitors) -> None:
    sally = visitor(platform=True)
    form = {"amount": "500", "note": "Paid.", "key": key(sally.text("/settings/credits"))}
    for _ in range(2):
        assert sally.post("/settings/credits", form).status_code == 302
    assert reading.balances(desk.conn, desk.account)[0].available == 500
    other = sally.post("/settings/credits", {**form, "amount": "600"})
    assert other.status_code == 409
    assert "sent before with other answers" in other.content.decode()
    for wrong, words in (
        ("", "Say how many"),
        ("1.5", "Say how many"),
        ("-501", "cannot be taken back"),
        ("-5", ""),
    ):
        answer = sally.post("/settings/credits", {"amount": wrong, "note": "Mistake."})
        assert answer.status_code == (422 if words else 302)
        assert words in answer.content.decode()
    assert reading.balances(desk.conn, desk.account)[0].available == 495
    assert visitor().post("/settings/credits", {"amount": "5"}).status_code == 403
    assert sally.post("/settings/credits", {"amount": "7", "channel": "sms"}).status_code == 302
    assert [each.available for each in reading.balances(desk.conn, desk.account)] == [495, 7]
    assert sally.post("/settings/credits", {"amount": "7", "channel": "fax"}).status_code == 422


@pytest.mark.behaviour("S4.20")
def test_a_dialog_says_what_it_needs_and_what_is_left(desk: Desk, visitor: Visitors) -> None:
    desk.policy(credits="counted")
    ledger.top_up(desk.conn, desk.account, TERMINAL, amount=9)
    mailing = desk.release(desk.draft(count=12))
    freeze.prepare(desk.conn, mailing)
    assert desk.state(mailing) == "interrupted"
    anna = visitor(platform=True)
    assert "needs 12 credits, and 9 are left" in anna.text(f"/mailings/{mailing}")
    dialog = anna.text(f"/mailings/{mailing}/resume")
    facts = re.search(r"<dl class=\"facts\" data-credits>.*?</dl>", dialog, re.S)
    assert facts
    assert re.findall(r"<dd>(?:<a[^>]*>)?([0-9]+)", facts[0]) == ["12", "9"]
    assert "Top up 3 or more" in dialog
    anna.post("/settings/credits", {"amount": "3"})
    assert "there are enough now" in anna.text("/settings/credits")
    assert (
        anna.post(
            f"/mailings/{mailing}/resume", {"reason": "Topped up.", "confirm": "yes", "asked": "yes"}
        ).status_code
        == 302
    )
    assert desk.state(mailing) == "starting"


def test_the_send_step_warns_of_too_few(desk: Desk, visitor: Visitors) -> None:
    desk.policy(credits="counted")
    page = visitor().text(f"/mailings/{desk.draft(count=12)}/edit?step=send")
    assert "data-credits" in page
    assert "Credits run short: it needs up to 12 credits, and 0 are left" in page


def test_nothing_is_said_where_credits_are_unlimited(desk: Desk, visitor: Visitors) -> None:
    assert "data-credits" not in visitor().text(f"/mailings/{desk.draft()}/submit")
    assert "Credits are not counted here" in visitor().text("/settings/credits")
