"""The pages of a mailing: why it is as it is, whom it reached, what became of it, and its journal."""

import asyncio
import csv
import io
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from penstock.mailing.lifecycle import TABLE
from penstock.mailing.states import State
from penstock.web.room.mailing import standing
from penstock.web.room.mailing.entries import DONE
from penstock.web.room.mailing.recipients import STATE_WORDS
from tests.browser.desk import Desk
from tests.integration.web.conftest import Visitor

Visitors = Callable[..., Visitor]
PAGES = (
    "",
    "/packages",
    "/recipients",
    "/recipients/1",
    "/recipients.csv",
    "/report",
    "/report/state.csv",
    "/journal",
    "/speed.csv",
)


def _streamed(answer: Any) -> bytes:
    """What a streaming answer streams; in a thread, because a browser may have left its event loop in this one."""

    async def whole() -> bytes:
        return b"".join([block async for block in answer])

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, whole()).result()


def text_of(page: str) -> str:
    """The page's words, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]).split())


def test_every_state_and_every_command_has_its_words() -> None:
    assert set(standing._NOW) == set(standing._NEXT) == set(State)
    assert {row.command for row in TABLE} <= set(DONE)


@pytest.mark.behaviour("B10")
def test_every_state_says_why_who_and_what_next(desk: Desk, visitor: Visitors) -> None:
    anna = visitor()
    for state, mailing in desk.all_states().items():
        elsewhere = (
            ("/recipients", "/report", "/journal", "/packages") if state in ("draft", "paused") else ()
        )
        for page in ("", *elsewhere):
            said = anna.text(f"/mailings/{mailing}{page}")
            assert str(standing._NOW[State(state)]) in said, (state, page)
            assert 'class="soft next"' in said, (state, page)
            assert "&lt;time" not in said
            ids = re.findall(r'\sid="([^"]+)"', said)
            assert len(ids) == len(set(ids)), (state, page)
            assert re.search(r"by (root|Penstock), since", text_of(said)), (state, page)


def test_another_accounts_mailing_is_not_there(desk: Desk, visitor: Visitors) -> None:
    other = Desk(desk.conn, "smtp://127.0.0.1:2525?tls=none")
    mailing, anna = other.mailing("sent"), visitor()
    assert all(visitor(of=other).get(f"/mailings/{mailing}{page}").status_code == 200 for page in PAGES)
    assert [anna.get(f"/mailings/{mailing}{page}").status_code for page in PAGES] == [404] * len(PAGES)


@pytest.mark.behaviour("S4.5", "S4.25", "S5.20")
def test_the_status_line_has_the_two_honest_figures(desk: Desk, visitor: Visitors) -> None:
    mailing = desk.mailing("sending", count=12)  # six accepted, one bounced, one on the wire
    said = text_of(visitor("operator").text(f"/mailings/{mailing}"))
    assert "Being sent, 58.3 % handed off" in said
    assert "Settled 7 58.3 %" in said
    desk.send(mailing, deferred=2)
    said = text_of(visitor("operator").text(f"/mailings/{mailing}"))
    assert "Being sent, 75 % handed off" in said
    assert "Settled 7 58.3 %" in said
    assert "2 were put off by their server and are tried again" in said
    assert "2 × 451 4.7.1 Greylisted, please try again in 300 seconds" in said


def test_what_is_left_leads_to_those_it_concerns(desk: Desk, visitor: Visitors) -> None:
    mailing, anna = desk.mailing("cancelled", count=12), visitor("operator")
    page = anna.text(f"/mailings/{mailing}")
    assert f'href="/mailings/{mailing}/recipients?state=cancelled"' in page
    assert "6 were not reached, because the mailing was cancelled" in text_of(page)
    assert anna.text(f"/mailings/{mailing}/recipients?state=cancelled").count("/recipients/") == 6 * 1


def test_who_waits_for_their_time_does_not_wait_for_their_turn(desk: Desk, visitor: Visitors) -> None:
    mailing, anna = desk.begun(desk.release(desk.draft(count=4))), visitor("operator")

    def said(planned: str, held: str | None = None) -> str:
        desk.conn.execute(
            "update delivery_package set release_at = case when %(held)s::text is null then now() + interval '1 hour' else 'infinity' end,"
            " planned_at = now() + %(planned)s::interval, held = %(held)s where mailing = %(mailing)s",
            {"held": held, "planned": planned, "mailing": mailing},
        )
        page = text_of(anna.text(f"/mailings/{mailing}"))
        assert "for their turn" not in page
        return page

    assert "4 wait for their time: the plan wants their batch, or their zone, later" in said("1 hour")
    assert "4 wait for the sending hours of their country, or the end of their quiet hours" in said("-1 hour")
    assert "4 wait for what becomes of the canary" in said("-1 hour", "canary")


@pytest.mark.behaviour("S5.12")
def test_a_refusal_names_its_ground(desk: Desk, visitor: Visitors) -> None:
    mailing = desk.mailing("in_moderation")
    desk.give(mailing, "reject", reason="It promises a prize.", ground="conduct")
    page = text_of(visitor("author").text(f"/mailings/{mailing}"))
    assert "Refused" in page
    assert "It promises a prize. (because of the code of conduct) · by root" in page


def test_a_page_of_recipients_leads_to_the_next(desk: Desk, visitor: Visitors) -> None:
    mailing, anna = desk.begun(desk.release(desk.draft(count=120))), visitor("approver")
    found, url = [], f"/mailings/{mailing}/recipients"
    while url:
        page = anna.text(url)
        found += re.findall(r"<bdi>(reader\d+@[^<]+)</bdi>", page)
        further = re.search(r'<p class="more"><a class="button" href="(\?[^"]+)"', page)
        url = f"/mailings/{mailing}/recipients{further[1]}" if further else ""
    assert len(found) == len(set(found)) == 120


@pytest.mark.parametrize(("query", "people"), [
    ("state=bounced", 1), ("state=deferred", 2), ("state=accepted", 5), ("reason=5.1.1", 1), ("state=bounced&reason=4.7.1", 0),
    ("domain=nowhere.example", 0), ("q=READER3@", 1), ("q=reader1", 4), ("q=nobody@example.org", 0), ("state=nonsense", 12),
    ("q=%00", 12), ("reason=%00", 12), ("domain=%00&state=skipped", 0), ("domain=@no%20where", 0), ("after=99999999999999999", 0),
])  # fmt: skip
def test_recipients_are_filtered_and_found(desk: Desk, visitor: Visitors, query: str, people: int) -> None:
    mailing = desk.begun(desk.release(desk.draft(count=12)))
    desk.send(mailing, accepted=5, bounced=1, deferred=2)
    page = visitor("operator").text(f"/mailings/{mailing}/recipients?{query}")
    assert len(re.findall(rf'href="/mailings/{mailing}/recipients/\d+"', page)) == people


def test_a_persons_story_goes_over_all_attempts(desk: Desk, visitor: Visitors) -> None:
    mailing = desk.begun(desk.release(desk.draft(count=3)))
    desk.send(mailing, deferred=1, accepted=2)
    desk.conn.execute(
        "update delivery_due set due_at = now() - interval '1 s' where mailing = %s", (mailing,)
    )
    desk.conn.execute(
        "insert into audience_suppression (account_id, normal, reason, origin)"
        " select %s, normal, 'unsubscribed', %s from delivery_recipient where mailing = %s and seq = 1",
        (desk.account, f"mailing {mailing}", mailing),
    )
    waits = text_of(visitor("operator").text(f"/mailings/{mailing}/recipients/1"))
    assert "Put off attempt 1, package 1 451 4.7.1 Greylisted, please try again in 300 seconds" in waits
    assert "Main server · answer to RCPT" in waits
    assert "Is tried again" in waits
    assert f"Nothing is sent to this address any more: unsubscribed (mailing {mailing})" in waits
    assert visitor("operator").get(f"/mailings/{mailing}/recipients/99").status_code == 404
    assert visitor("operator").get(f"/mailings/{mailing}/recipients/99999999999999999999").status_code == 404


def test_files_have_what_the_pages_show(desk: Desk, visitor: Visitors) -> None:
    mailing, anna = desk.mailing("sent", count=12), visitor("operator")  # 2 bounced, 1 in doubt, 9 accepted

    def file(name: str) -> list[dict[str, str]]:
        answer = anna.get(f"/mailings/{mailing}/{name}")
        assert answer.status_code == 200
        assert f'attachment; filename="mailing-{mailing}-' in answer["Content-Disposition"]
        content = _streamed(answer) if answer.streaming else answer.content
        return list(csv.DictReader(io.StringIO(content.decode())))

    assert {row["state"]: row["recipients"] for row in file("report/state.csv") if row["recipients"] != "0"} == {
        "accepted": "9", "bounced": "2", "in_doubt": "1",
    }  # fmt: skip
    (domain,) = file("report/domain.csv")
    assert (domain["domain"], domain["recipients"], domain["bounced"]) == (desk.domain, "12", "2")
    assert sum(int(row["accepted"]) for row in file("report/hour.csv")) == 9
    assert ("bounced", "5.1.1", "2") in [tuple(row.values()) for row in file("report/reason.csv")]
    assert [row["state"] for row in file("recipients.csv?state=bounced")] == ["bounced"] * 2
    assert len(file("recipients.csv")) == 12
    assert file("speed.csv")
    assert anna.get(f"/mailings/{mailing}/report/nonsense.csv").status_code == 404


def test_the_report_shows_states_domains_hours_and_reasons(desk: Desk, visitor: Visitors) -> None:
    mailing = desk.mailing("sent", count=12)
    page = visitor("author").text(f"/mailings/{mailing}/report")
    said = text_of(page)
    assert "12 of 12 recipients are settled, 100 %." in said
    assert f"{desk.domain} 16.6 % bounced 12 100 %" in said
    assert f'href="/mailings/{mailing}/recipients?state=bounced&amp;reason=5.1.1"' in page
    assert all(str(STATE_WORDS[state]) in said for state in ("accepted", "bounced", "in_doubt"))
    assert '<svg class="drawn"' in page


def test_the_journal_says_who_through_which_door_and_why(desk: Desk, visitor: Visitors) -> None:
    mailing = desk.mailing("cancelled")
    page = visitor("author").text(f"/mailings/{mailing}/journal")
    said = text_of(page)
    assert "Every entry is as it was written, and none is missing." in said
    assert re.search(r"Cancelled → Cancelled .*The event is called off\. root · command line", said)
    assert said.index("The event is called off.") < said.index("Submitted")


def test_a_journal_that_was_changed_says_so(desk: Desk, visitor: Visitors) -> None:
    mailing = desk.mailing("cancelled")
    desk.conn.execute(
        "update mailing_entry set reason = 'Never mind.' where mailing_id = %s and command = 'cancel'",
        (mailing,),
    )
    said = text_of(visitor("author").text(f"/mailings/{mailing}/journal"))
    assert "This journal is not as it was written:" in said
    assert "(cancel) was changed" in said


def test_a_long_journal_goes_on(desk: Desk, visitor: Visitors) -> None:
    mailing, anna = desk.mailing("parked"), visitor("operator")
    for _ in range(28):
        desk.give(mailing, "pause")
        desk.give(mailing, "resume")
    first = anna.text(f"/mailings/{mailing}/journal")
    assert first.count("<li><p") == 50
    further = re.search(r'<p class="more"><a class="button" href="(\?[^"]+)"', first)
    assert further
    assert "Made" in text_of(anna.text(f"/mailings/{mailing}/journal{further[1]}"))


@pytest.mark.parametrize("page", ["", "/recipients", "/recipients/1", "/report", "/journal", "/packages"])
def test_hostile_names_stay_words(desk: Desk, visitor: Visitors, page: str) -> None:
    bad = "<img src=x onerror=alert(1)>\"'"
    mailing = desk.begun(desk.release(desk.draft(bad, to=desk.list(2, name=bad), subject=bad)))
    desk.send(mailing, accepted=1)
    desk.give(mailing, "cancel", reason=bad)
    said = visitor().text(f"/mailings/{mailing}{page}")
    assert "<img src=x" not in said
    assert "&lt;img src=x onerror=alert(1)&gt;" in said


@pytest.mark.behaviour("S4.30")
def test_the_actions_menu_stands_above_the_tabs(desk: Desk, visitor: Visitors) -> None:
    mailing = desk.mailing("draft")
    page = visitor("author").text(f"/mailings/{mailing}")
    menu = re.search(
        r'<details class="menu"><summary class="button">Actions</summary>(.*?)</details>', page, re.DOTALL
    )
    assert menu
    assert menu.start() < page.index('<nav class="tabs"')
    assert re.findall(r'data-command="(\w+)"', menu[1]) == ["copy", "delete"]
    assert "Actions</summary>" not in visitor("approver").text(f"/mailings/{mailing}")


def test_what_moves_takes_part_in_the_live_page(desk: Desk, visitor: Visitors) -> None:
    mailing = desk.mailing("sending")
    page = visitor("operator").text(f"/mailings/{mailing}")
    assert f'data-live-only="{mailing}"' in page
    assert all(f'data-live="{name}"' in page for name in ("handed_off_percent", "accepted", "rate", "left"))


def test_before_it_starts_it_says_when_it_would_go(desk: Desk, visitor: Visitors) -> None:
    planned = {"kind": "at", "at": "2099-03-01T09:30", "zone": "UTC"}
    said = text_of(visitor("author").text(f"/mailings/{desk.mailing('scheduled', plan=planned)}"))
    assert "First message March 1, 2099 09:30 UTC" in said
    assert "At a time March 1, 2099 09:30 UTC" in said
    assert "Nothing of it went out." not in said
    never = desk.mailing("parked")
    desk.give(never, "cancel", reason="Not this year.")
    assert "Never started Nothing of it went out." in text_of(visitor("author").text(f"/mailings/{never}"))


def test_times_are_those_of_the_accounts_zone(desk: Desk, visitor: Visitors) -> None:
    tokyo = Desk(desk.conn, "smtp://127.0.0.1:2525?tls=none", zone="Asia/Tokyo")
    mailing = tokyo.mailing("sent")
    page = visitor(of=tokyo).text(f"/mailings/{mailing}")
    assert '<span class="zone">JST</span>' in page
    assert datetime.now(UTC).strftime("%Y") in page
