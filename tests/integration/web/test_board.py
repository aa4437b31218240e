"""The board and the list: every mailing under what it needs or does, with what may be done to it; the sequence; tags."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from penstock.mailing import queue
from tests.browser.desk import Desk
from tests.integration.web.conftest import Visitor

Visitors = Callable[..., Visitor]
HOSTILE = "<script>alert(1)</script>\"'&amp;"


def area(page: str, key: str) -> str:
    """What stands in an area of the board."""
    found = re.search(
        rf'<details class="area" id="area-{key}".*?</details>\s*(?=<details class="area"|</div>\s*</main>)',
        page,
        re.S,
    )
    assert found, key
    return found[0]


def row(page: str, mailing: int) -> str:
    """The row of a mailing."""
    found = re.search(rf'<li class="mailing" id="mailing-{mailing}".*?</div>\s*</li>', page, re.S)
    assert found, mailing
    return found[0]


def words(html: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)))


def commands(html: str) -> set[str]:
    return set(re.findall(r'data-command="(\w+)"', html))


@pytest.mark.behaviour("S2.6", "S2.7", "S2.13", "S2.20", "S2.21", "S2.23", "S1.35", "S3.17", "S4.28")
def test_every_mailing_stands_where_its_state_says(desk: Desk, visitor: Visitors) -> None:
    made = desk.all_states()
    page = visitor().text("/board")
    where = {
        "needs-you": ("in_review", "in_moderation", "rejected", "interrupted"),
        "sending-now": ("starting", "sending", "paused", "finishing", "cancelling"),
        "scheduled": ("scheduled", "queued"), "to-schedule": ("parked",),
        "just-finished": ("sent", "cancelled", "expired"), "drafts": ("draft",),
    }  # fmt: skip
    for key, states in where.items():
        there = area(page, key)
        assert set(re.findall(r'data-mailing="(\d+)"', there)) == {str(made[state]) for state in states}
        assert f'data-count="">{len(states)}<' in there.replace("data-count>", 'data-count="">')
    assert "starting up" in row(page, made["starting"])
    assert "Started" not in row(page, made["starting"])
    assert "58.3 % settled, 58.3 % handed off of 12" in words(row(page, made["sending"]))
    assert "No server of “Main server” has answered" in words(row(page, made["interrupted"]))


def test_empty_areas_are_folded(desk: Desk, visitor: Visitors) -> None:
    desk.mailing("parked")
    page = visitor().text("/board")
    assert 'data-area="to-schedule" open' in page
    assert 'data-area="scheduled">' in page
    assert "Nothing is planned." in area(page, "scheduled")


@pytest.mark.behaviour("S1.20")
def test_a_row_offers_what_its_state_and_the_role_allow_and_no_other(desk: Desk, visitor: Visitors) -> None:
    made = {
        state: desk.mailing(state) for state in ("scheduled", "sending", "paused", "in_review", "starting")
    }
    operator, author, approver = (visitor(role).text("/board") for role in ("operator", "author", "approver"))
    for state in ("scheduled", "sending", "paused"):
        assert "cancel" in commands(row(operator, made[state]))
        assert not commands(row(author, made[state])) & {"cancel", "pause", "resume"}
    assert {"approve", "reject"} <= commands(row(approver, made["in_review"]))
    assert "approve" not in commands(row(operator, made["in_review"]))
    assert "undo" not in commands(row(operator, made["starting"])), "nobody asked for time to take it back"
    desk.conn.execute(
        "update mailing_mailing set undo_until = now() + interval '9 s' where id = %s", (made["starting"],)
    )
    assert "undo" in commands(row(visitor("operator").text("/board"), made["starting"]))


def test_doubts_are_offered_to_be_sent_where_there_are_some(desk: Desk, visitor: Visitors) -> None:
    doubtful, certain = (desk.begun(desk.release(desk.draft(to=desk.list(3)))) for _ in range(2))
    desk.send(doubtful, accepted=1, in_doubt=1)
    desk.send(certain, accepted=2)
    for mailing in (doubtful, certain):
        desk.conn.execute(
            "update mailing_mailing set state = 'paused', came_from = 'sending' where id = %s", (mailing,)
        )
    board = visitor("operator").text("/board")
    assert "release_doubt" in commands(row(board, doubtful))
    assert "release_doubt" not in commands(row(board, certain))


@pytest.mark.behaviour("S3.5", "B10")
def test_a_paused_mailing_tells_since_when_by_whom_and_what_is_left(desk: Desk, visitor: Visitors) -> None:
    mailing = desk.mailing("paused", count=12)
    paused = row(visitor().text("/board"), mailing)
    told = re.search(r'class="paused-mark" title="([^"]+)"', paused)
    assert told
    assert re.fullmatch(r"Paused since .+ UTC by root\. 8 of 12 are left to be reached\.", told[1])
    assert told[1] in words(paused), "for who does not point"


def test_a_hostile_name_reason_and_tag_are_text(desk: Desk, visitor: Visitors) -> None:
    from penstock.mailing import tagging
    from tests.browser.desk import TERMINAL

    mailing = desk.mailing("in_review", HOSTILE)
    tagging.put(desk.conn, desk.account, mailing, [HOSTILE[:39]], TERMINAL)
    desk.give(mailing, "reject", reason=HOSTILE)
    for path in ("/board", "/mailings", f"/board/rows?id={mailing}", f"/mailings/{mailing}/tags"):
        page = visitor().text(path)
        assert HOSTILE in unescape(page)
        assert "<script>alert" not in page


def test_the_first_board_leads_somewhere(desk: Desk, visitor: Visitors) -> None:
    anna = visitor()
    page = anna.text("/board")
    assert "Three steps to your first mailing" in page
    assert [
        bool(done) for done in re.findall(r"<li( data-done)?>", page[page.index('<ol class="steps"') :])[:3]
    ] == [True, False, False]
    desk.draft()
    assert "Three steps" not in anna.text("/board")
    assert anna.get("/")["Location"] == "/board"


def test_rows_are_fetched_one_by_one_of_ones_own_account_only(desk: Desk, visitor: Visitors) -> None:
    ours, waiting = desk.mailing("sending"), desk.mailing("queued")
    theirs = Desk(desk.conn, "smtp://127.0.0.1:2525?tls=none").mailing("sending")
    part = visitor().text(f"/board/rows?id={ours}&id={theirs}&id=x&id=99999999999999999999")
    assert re.findall(r'data-mailing="(\d+)"', part) == [str(ours), str(waiting)]
    assert 'value="/board"' in row(part, ours), "who gives a command there comes back to the board"
    assert 'data-in="sending-now"' in row(part, ours)
    assert "<html" not in part


def test_rows_that_were_just_made_are_given_again_each_with_their_own_token(
    desk: Desk, visitor: Visitors
) -> None:
    mailing = desk.mailing("sending")
    parts = [visitor(role).text(f"/board/rows?id={mailing}") for role in ("operator", "operator", "author")]
    tokens = [set(re.findall(r'name="csrfmiddlewaretoken" value="([^"]*)"', part)) for part in parts]
    assert all(len(own) == 1 and all(len(token) == 64 for token in own) for own in tokens)
    assert tokens[0] != tokens[1]
    assert "pause" in commands(parts[1])
    assert "pause" not in commands(parts[2]), "what one may do is not shown to another"
    desk.give(mailing, "pause")
    assert 'data-state="paused"' in visitor("operator").text(f"/board/rows?id={mailing}")


def order_of(desk: Desk) -> list[int]:
    return queue.listed(desk.conn, desk.account)[1]


def version_of(desk: Desk) -> int:
    return queue.listed(desk.conn, desk.account)[0]


@pytest.mark.behaviour("S2.16", "S2.21", "S2.29")
def test_the_sequence_is_re_ordered_by_a_plain_form(desk: Desk, visitor: Visitors) -> None:
    first, second, third = (desk.mailing("queued", f"Part {n}") for n in (1, 2, 3))
    operator = visitor("operator")
    page = area(operator.text("/board"), "scheduled")
    assert re.findall(r'data-mailing="(\d+)"', page) == [str(first), str(second), str(third)]
    assert "Number 3 in the sequence" in words(row(page, third))
    assert "expected to start" in words(row(page, third)) or "before a first mailing was sent" in words(
        row(page, third)
    )
    form = re.search(
        r'name="queue_version" value="(\d+)".*?name="position" value="(\d)" data-key="up"',
        row(page, third),
        re.S,
    )
    assert form
    answer = operator.post(
        "/board/sequence", {"mailing": third, "queue_version": form[1], "position": form[2]}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/board")
    assert "“Part 3” is number 2 now." in words(operator.text("/board"))
    assert order_of(desk) == [first, third, second]


def test_an_order_that_changed_meanwhile_is_shown_and_nothing_is_moved(desk: Desk, visitor: Visitors) -> None:
    first, second = desk.mailing("queued"), desk.mailing("queued")
    operator, seen = visitor("operator"), version_of(desk)
    desk.give(second, "move", position=1, queue_version=seen)
    moved = {"mailing": first, "queue_version": seen, "position": 2}
    part = operator.post("/board/sequence", moved, HX_Request="true")
    assert part.status_code == 409
    told = part.content.decode()
    assert "The order was changed by somebody else meanwhile." in told
    assert re.findall(r'data-mailing="(\d+)"', told) == [str(second), str(first)]
    assert f'name="queue_version" value="{version_of(desk)}"' in told
    operator.post("/board/sequence", moved)
    assert "The order was changed by somebody else meanwhile." in operator.text("/board")
    assert order_of(desk) == [second, first]


@pytest.mark.parametrize(("role", "status"), [("author", 403), ("operator", 404)])
def test_nobody_moves_what_is_not_theirs(desk: Desk, visitor: Visitors, role: str, status: int) -> None:
    other = Desk(desk.conn, "smtp://127.0.0.1:2525?tls=none")
    theirs = [other.mailing("queued"), other.mailing("queued")]
    assert visitor(role).post("/board/sequence", {"mailing": theirs[1], "position": 1}).status_code == status
    assert order_of(other) == theirs


def found(visitor: Visitor, query: str) -> list[int]:
    return [
        int(number)
        for number in re.findall(
            r'<li class="mailing" id="mailing-(\d+)"', visitor.text(f"/mailings?{query}")
        )
    ]


def test_mailings_are_found_by_name_state_tag_and_author(desk: Desk, visitor: Visitors) -> None:
    from penstock.mailing import tagging
    from penstock.mailing.actor import EVERY_ROLE, Actor
    from tests.browser.desk import TERMINAL

    anna = visitor()
    sale, news = desk.mailing("parked", "Spring SALE"), desk.mailing("sent", "News 50%_off")
    paused = desk.mailing("paused", "Waiting")
    mine = desk.draft("Mine", actor=Actor(anna.email, EVERY_ROLE, "web", desk.account, anna.email))
    tagging.put(desk.conn, desk.account, news, ["Shop", "Été"], TERMINAL)
    assert found(anna, "") == [mine, paused, news, sale]
    assert found(anna, "q=sale") == [sale]
    assert found(anna, "q=50%25_") == [news]
    assert found(anna, "state=sent") == [news]
    assert found(anna, "state=area:sending-now") == [paused]
    assert found(anna, "tag=shop") == found(anna, "tag=%C3%A9t%C3%A9") == [news]
    assert found(anna, "mine=1") == [mine]
    assert found(anna, "q=sale&state=sent") == []
    assert found(anna, "state=nonsense&channel=email") == [mine, paused, news, sale]
    desk.give(news, "archive")
    assert (found(anna, "q=news"), found(anna, "archived=1")) == ([], [news])
    assert found(visitor(of=Desk(desk.conn, "smtp://127.0.0.1:2525?tls=none")), "q=sale") == []


def test_the_list_goes_on_page_by_page(desk: Desk, visitor: Visitors) -> None:
    readers = desk.list(1)
    made = [desk.draft(f"News {n}", to=readers) for n in range(27)]
    anna = visitor()
    first = anna.text("/mailings?q=news")
    following = re.search(r'href="\?(q=news&amp;before=\d+)"', first)
    assert following
    assert found(anna, "q=news") + found(anna, unescape(following[1])) == made[::-1]


def test_tags_are_changed_by_who_works_with_mailings(desk: Desk, visitor: Visitors) -> None:
    mailing = desk.mailing("sent")
    author = visitor("author")
    assert (
        author.post(f"/mailings/{mailing}/tags", {"tags": "News, spring ,,NEWS,  two  words "}).status_code
        == 302
    )
    shown = row(author.text("/mailings"), mailing)
    assert re.findall(r'class="chip" href="/mailings\?tag=([^"]+)"', shown) == ["news", "spring", "two+words"]
    refused = author.post(f"/mailings/{mailing}/tags", {"tags": f"fine, {'x' * 41}"})
    assert (refused.status_code, "a tag has 1 to 40" in refused.content.decode()) == (422, True)
    entry = desk.conn.execute(
        "select command, door, data from mailing_entry where mailing_id = %s order by id desc limit 1",
        (mailing,),
    ).fetchone()
    assert entry == ("tag", "web", {"before": [], "after": ["news", "spring", "two words"]})
    other = Desk(desk.conn, "smtp://127.0.0.1:2525?tls=none").mailing("sent")
    assert author.post(f"/mailings/{other}/tags", {"tags": "mine"}).status_code == 404


def test_a_board_takes_as_many_statements_for_many_as_for_few(
    desk: Desk, visitor: Visitors, monkeypatch: Any
) -> None:
    import psycopg

    asked: list[str] = []
    real = psycopg.Cursor.execute

    def counted(self: Any, query: Any, *rest: Any, **named: Any) -> Any:
        asked.append(str(query))
        return real(self, query, *rest, **named)

    anna = visitor()
    desk.mailing("sending"), desk.mailing("queued")
    anna.text("/board")
    monkeypatch.setattr(psycopg.Cursor, "execute", counted)
    anna.text("/board")
    few = len(asked)
    asked.clear()
    for state in ("sending", "queued", "sent", "in_review"):
        desk.mailing(state)
    asked.clear()
    anna.text("/board")
    assert len(asked) <= few + 2, asked[few:]
    assert few < 40
