"""Being sure before it goes, as pages: the approver's work-list and its details, the preview, the analysis, tests."""

import re
from collections.abc import Callable
from html import unescape

import pytest

from penstock.mailing import history
from tests.browser.desk import Desk, tomorrow
from tests.integration.web.conftest import Visitor

Visitors = Callable[..., Visitor]


def readers(desk: Desk, mailing: int) -> list[tuple[int, str]]:
    """The recipients of a mailing in their order: contact and address."""
    return desk.conn.execute(
        "select c.id, c.address from mailing_mailing m"
        " join audience_membership s on s.list_id = (m.audience ->> 'list')::integer join audience_contact c on c.id = s.contact_id"
        " where m.id = %s order by c.id",
        (mailing,),
    ).fetchall()


def form(page: str, address: str) -> dict[str, str]:
    """The hidden fields of the form on a page that posts to `address`."""
    [found] = re.findall(rf'<form method="post" action="{re.escape(address)}">(.*?)</form>', page, re.DOTALL)
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', found)
    return {name: unescape(value) for name, value in fields}


@pytest.mark.behaviour("S1.3", "S1.5", "S1.6", "S1.7")
def test_approved_from_the_list_without_opening_it(desk: Desk, visitor: Visitors) -> None:
    mailing = desk.mailing("in_review", "Spring sale")
    desk.analyse(mailing)
    anna = visitor("approver")
    page = anna.text("/approvals")
    assert f'href="/approvals/{mailing}"' in page
    fields = form(page, f"/mailings/{mailing}/approve")
    assert "digest" not in fields
    answer = anna.post(f"/mailings/{mailing}/approve", fields)
    assert (answer.status_code, answer["Location"]) == (302, "/approvals")
    assert desk.state(mailing) == "scheduled"
    last = history.of_mailing(desk.conn, mailing)[-1]
    assert (last.command, last.data["reviewed"]) == ("approve", False)
    page = anna.text("/approvals")
    assert "Nothing waits at a gate" in page
    assert "Approved without review" in page


@pytest.mark.behaviour("S1.5", "S1.11", "S1.12", "B5")
def test_approved_after_a_look_at_its_details(desk: Desk, visitor: Visitors) -> None:
    mailing = desk.mailing("in_review", "Spring sale")
    desk.conn.execute("update mailing_mailing set approved_size = 12480 where id = %s", (mailing,))
    anna = visitor("approver")
    waiting = anna.text(f"/approvals/{mailing}")
    assert "Its analysis is not over. Wait for it" in waiting
    assert 'name="without_analysis"' in waiting
    desk.analyse(mailing)
    page = anna.text(f"/approvals/{mailing}")
    assert "Approve for 12,480 recipients" in page
    assert "With your approval it is scheduled" in page
    fields = form(page, f"/mailings/{mailing}/approve")
    assert fields["digest"]
    assert anna.post(f"/mailings/{mailing}/approve", fields).status_code == 302
    assert history.of_mailing(desk.conn, mailing)[-1].data["reviewed"] is True
    assert "It does not wait for an approval any more" in anna.text(f"/approvals/{mailing}")


@pytest.mark.behaviour("S1.12")
def test_what_stands_in_the_way_is_named_and_disables_the_approval(desk: Desk, visitor: Visitors) -> None:
    mailing = desk.mailing("in_review", html="<p>{{ 1 | divided_by: 0 }} {{ first_name }}</p>")
    desk.analyse(mailing)
    page = visitor("approver").text(f"/approvals/{mailing}")
    assert "It cannot be approved now:" in page
    assert "The analysis found what must be mended first" in page
    assert re.search(r'data-command="approve" disabled>', page)
    listed = visitor("approver").text("/approvals")
    assert f'action="/mailings/{mailing}/approve"' not in listed
    assert "Its analysis found what has to be mended first" in listed


def test_whose_approval_does_not_count_is_told_and_offered_no_button(desk: Desk, visitor: Visitors) -> None:
    desk.policy(approvals_required=2)
    mailing = desk.mailing("in_review", "Spring sale")
    desk.analyse(mailing)
    anna, bert = visitor("approver"), visitor("administrator")
    anna.post(f"/mailings/{mailing}/approve", form(anna.text("/approvals"), f"/mailings/{mailing}/approve"))
    assert desk.state(mailing) == "in_review"
    page = anna.text("/approvals")
    assert "1 of 2" in page
    assert "You have approved it; somebody else has to, too." in page
    assert f'action="/mailings/{mailing}/approve"' not in page
    assert f'action="/mailings/{mailing}/approve"' in bert.text("/approvals")


def test_when_the_analysis_is_over_the_decision_is_shown_anew_and_only_of_what_was_seen(
    desk: Desk, visitor: Visitors
) -> None:
    mailing = desk.mailing("in_review", "Spring sale")
    anna = visitor("approver")
    [again] = re.findall(r'hx-get="(/approvals/\d+\?seen=\d+)"', anna.text(f"/approvals/{mailing}"))
    desk.analyse(mailing)
    part = anna.get(again, HX_Request="true", HX_Target="decide").content.decode()
    assert part.strip().startswith('<section id="decide"')
    assert "With your approval it is scheduled" in part
    desk.give(mailing, "edit_plan", plan=tomorrow(90))
    part = anna.get(again, HX_Request="true", HX_Target="decide").content.decode()
    assert "It has changed since you looked at it" in part
    assert "<form" not in part


def test_the_platform_validates_from_the_details(desk: Desk, visitor: Visitors) -> None:
    mailing = desk.mailing("in_moderation", "Spring sale")
    row = visitor("approver").text("/approvals")
    assert "The platform has to validate it." in row
    page = visitor(platform=True).text(f"/approvals/{mailing}")
    assert f'href="/mailings/{mailing}/validate?next=/approvals"' in page
    assert "/validate" not in visitor("approver").text(f"/approvals/{mailing}")


def test_the_soonest_comes_first_and_the_page_goes_on(
    desk: Desk, visitor: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    from penstock.web.room.checking import approvals

    late, soon, at_once = (
        desk.mailing("in_review", name, plan=plan)
        for name, plan in (("Late", tomorrow(90)), ("Soon", tomorrow(40)), ("At once", {"kind": "now"}))
    )
    monkeypatch.setattr(approvals, "ON_A_PAGE", 2)
    anna = visitor("approver")
    page = anna.text("/approvals")
    assert [int(n) for n in re.findall(r'id="gate-(\d+)"', page)] == [at_once, soon]
    [further] = re.findall(r'class="more"><a class="button" href="(\?[^"]+)"', page)
    page = anna.text("/approvals" + unescape(further))
    assert [int(n) for n in re.findall(r'id="gate-(\d+)"', page)] == [late]


@pytest.mark.behaviour("S1.9", "S1.10")
def test_the_preview_walks_the_recipients(desk: Desk, visitor: Visitors) -> None:
    mailing = desk.mailing("in_review")
    people = readers(desk, mailing)
    anna = visitor("approver")
    page = anna.text(f"/mailings/{mailing}/preview")
    assert people[0][1] in page
    assert 'id="step-left"' not in page
    [on] = re.findall(r'id="step-right" href="(\?[^"]+)"', page)
    page = anna.text(f"/mailings/{mailing}/preview{unescape(on)}")
    assert people[1][1] in page
    assert f"contact={people[0][0]}" in re.findall(r'id="step-left" href="(\?[^"]+)"', page)[0]
    [frame] = re.findall(r'<iframe src="([^"]+)" sandbox="allow-popups allow-popups-to-escape-sandbox"', page)
    assert frame == f"/mailings/{mailing}/preview/{people[1][0]}/message"
    text = anna.text(f"/mailings/{mailing}/preview?contact={people[1][0]}&show=text")
    assert re.search(r"Dear \w+, here is what happened in", text)
    source = anna.get(f"/mailings/{mailing}/preview/{people[1][0]}/source")
    assert source["Content-Type"] == "message/rfc822"
    assert f"To: {people[1][1]}".encode() in source.content


def test_a_recipient_is_picked_from_the_to_list(desk: Desk, visitor: Visitors) -> None:
    mailing = desk.mailing("in_review", count=30)
    wanted, address = readers(desk, mailing)[22]
    anna = visitor("approver")
    page = anna.text(f"/mailings/{mailing}/preview?q={address}&show=text")
    [link] = re.findall(rf'<a href="(\?[^"]+)">{re.escape(address)}</a>', page)
    assert f"contact={wanted}" in link
    page = anna.text(f"/mailings/{mailing}/preview{unescape(link)}")
    assert f'id="preview-title"><span class="soft">As</span> {address}' in page
    further = anna.text(f"/mailings/{mailing}/preview")
    assert "at=attribute%3A" in further


def test_where_there_is_nobody_to_show_the_page_says_so(desk: Desk, visitor: Visitors) -> None:
    mailing = desk.mailing("in_review")
    anna = visitor("approver")
    assert "Have it analysed first" in anna.text(f"/mailings/{mailing}/preview?worst=1")
    desk.conn.execute("delete from audience_membership")
    assert "goes to nobody" in anna.text(f"/mailings/{mailing}/preview")


def test_the_message_is_shown_so_that_it_can_do_nothing(desk: Desk, visitor: Visitors) -> None:
    html = (
        '<p>Dear {{ first_name }}<script>alert(1)</script><img src="https://elsewhere.example/spy.png"></p>'
    )
    mailing = desk.mailing("in_review", html=html)
    contact = readers(desk, mailing)[0][0]
    anna = visitor("approver")
    answer = anna.get(f"/mailings/{mailing}/preview/{contact}/message")
    told = answer["Content-Security-Policy"]
    assert told.startswith("sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'")
    assert "script-src" not in told
    assert "https:" not in told
    assert (answer["X-Frame-Options"], answer["Cache-Control"]) == ("SAMEORIGIN", "no-store")
    address = f"/mailings/{mailing}/preview/{contact}/message?pictures=1"
    assert "https:" in anna.get(address)["Content-Security-Policy"]
    assert "https:" not in anna.get(address, Sec_Fetch_Site="cross-site")["Content-Security-Policy"]
    page = anna.get(f"/mailings/{mailing}/preview?pictures=1", Sec_Fetch_Site="none")
    assert b"message?pictures=1" not in page.content


def test_hostile_data_is_words_on_every_page(desk: Desk, visitor: Visitors) -> None:
    evil = "<script>window.__ran=1</script>"
    mailing = desk.mailing("in_review", evil, subject=f"{evil} for {{{{ first_name }}}}")
    desk.conn.execute(
        "update audience_contact set attributes = jsonb_build_object('first_name', %s::text) where account_id = %s",
        (f"\"'{evil}", desk.account),
    )
    desk.analyse(mailing)
    contact = readers(desk, mailing)[0][0]
    anna = visitor()
    for path in ("/approvals", f"/approvals/{mailing}", f"/mailings/{mailing}/preview", f"/mailings/{mailing}/preview?show=source",
                 f"/mailings/{mailing}/preview?show=headers", f"/mailings/{mailing}/analysis", f"/mailings/{mailing}/tests",
                 f"/mailings/{mailing}/preview?contact={contact}&q={evil}&at={evil}&case=%3Cscript&width={evil}&x={evil}"):  # fmt: skip
        assert "<script>window" not in anna.text(path), path


@pytest.mark.behaviour("S1.11", "B12")
def test_the_analysis_tab_shows_what_was_found_and_leads_to_the_cases(desk: Desk, visitor: Visitors) -> None:
    mailing = desk.mailing("in_review", count=8)
    missing = readers(desk, mailing)[3]
    desk.conn.execute(
        "update audience_contact set attributes = attributes - 'town' where id = %s", (missing[0],)
    )
    desk.analyse(mailing)
    anna = visitor("approver")
    page = anna.text(f"/mailings/{mailing}/analysis")
    assert re.search(r"<dt>Recipients</dt><dd>8</dd>", page)
    [case] = re.findall(r'href="(/mailings/\d+/preview\?contact=\d+&amp;case=\d+)">', page)
    assert missing[1] in page
    shown = anna.text(unescape(case))
    assert "case 1 of 1" in shown
    assert re.search(r'class="notice warning"><p><span class="state held" data-severity="warning">', shown)
    [all_of_them] = re.findall(r'href="(/mailings/\d+/analysis/\d+)"', page)
    assert missing[1] in anna.text(all_of_them)
    assert 'name="do"' not in page  # asking is the author's


def test_an_analysis_is_asked_for_watched_and_called_off(desk: Desk, visitor: Visitors) -> None:
    mailing = desk.mailing("draft")
    address = f"/mailings/{mailing}/analysis"
    anna = visitor("author")
    assert "have not been looked at yet" in anna.text(address)
    answer = anna.post(address, {"do": "links", "next": f"{address}?x=1"})
    assert (answer.status_code, answer["Location"]) == (302, f"{address}?x=1")
    page = anna.text(address)
    assert "It waits for a worker to begin." in page
    part = anna.get(f"{address}?whole=1", HX_Request="true")
    assert part.content.strip().startswith(b'<div id="analysis-progress"')
    anna.post(address, {"do": "cancel"})
    over = anna.get(f"{address}?whole=1", HX_Request="true")
    assert (over["HX-Retarget"], over["HX-Reswap"]) == ("#analysis", "outerHTML")
    assert b"was called off" in over.content
    assert visitor("operator").post(address, {"do": "ask"}).status_code == 403


def test_tests_are_asked_for_and_what_is_wrong_is_said(desk: Desk, visitor: Visitors) -> None:
    mailing = desk.mailing("draft")
    address = f"/mailings/{mailing}/tests"
    anna = visitor("author")
    assert anna.email in anna.text(address)
    wrong = anna.post(address, {"to": "nobody at all, anna@example.org"})
    assert wrong.status_code == 422
    assert "is no address" in wrong.content.decode()
    assert "nobody at all" in wrong.content.decode()
    for nobody in ("nobody@example.org", "nobody at all"):
        assert (
            "There is no contact nobody"
            in anna.post(address, {"to": anna.email, "as": nobody}).content.decode()
        )
    contact, own = readers(desk, mailing)[2]
    assert f'value="{own}"' in anna.text(f"{address}?contact={contact}")
    answer = anna.post(address, {"to": "anna@example.org\nbert@example.org", "as": own, "prefix": "[test] "})
    assert desk.conn.execute(
        "select contact from preflight_test where mailing_id = %s limit 1", (mailing,)
    ).fetchone() == (contact,)
    assert answer.status_code == 302
    page = anna.text(address)
    assert "2 tests are on their way." in page
    assert "bert@example.org" in page
    part = anna.get(address, HX_Request="true").content.decode()
    assert part.strip().startswith('<div id="tests-sent" hx-get=')
    approver = visitor("approver")
    assert "<textarea" not in approver.text(address)
    assert approver.post(address, {"to": "x@example.org"}).status_code == 403


@pytest.mark.parametrize("path", ["preview", "analysis", "tests", "preview/1/message", "preview/1/source", "analysis/1"])  # fmt: skip
def test_another_accounts_are_not_there(desk: Desk, visitor: Visitors, path: str) -> None:
    other = Desk(desk.conn, "smtp://127.0.0.1:2525?tls=none")
    mailing = other.mailing("in_review")
    contact, finding = readers(other, mailing)[0][0], "1"
    anna = visitor()
    parts = path.replace("/1/", f"/{contact}/")
    assert anna.get(f"/mailings/{mailing}/{parts}").status_code == 404
    assert anna.get(f"/approvals/{mailing}").status_code == 404
    own = desk.mailing("in_review")
    assert anna.get(f"/mailings/{own}/preview?contact={contact}").status_code == 404
    assert anna.get(f"/mailings/{own}/preview/{contact}/message").status_code == 404
    assert anna.get(f"/mailings/{own}/analysis/{finding}").status_code == 404
