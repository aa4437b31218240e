"""The news for open pages: one task for all of them, that tells each account its own and no other."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from http.client import HTTPConnection
from typing import Any

import psycopg
import pytest

from penstock.web.room.board.watcher import AGAIN, OVER, WAITING, Ticket, Watcher, event
from tests.acceptance.procedures.site import eventually
from tests.browser.desk import Desk
from tests.integration.web.conftest import Visitor

Visitors = Callable[..., Visitor]
PATIENCE = 20.0


@pytest.fixture(autouse=True)
def _on_the_modules_database(
    module_database: str, pages: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from penstock.web.room.board import hub as hubs

    monkeypatch.setenv("PENSTOCK_DATABASE_URL", module_database)
    monkeypatch.setattr(hubs, "LINGER", 0.01)
    monkeypatch.setattr(hubs, "BEAT", 0.02)
    monkeypatch.setattr(hubs, "CHECK", 0.05)


def ticket(visitor: Visitor, desk: Desk, mailing: int | None = None, language: str = "en") -> Ticket:
    """As the view makes it of a session."""
    from penstock.account.models import Person

    session = visitor.client.session
    session["here"] = True  # a session that has a key
    session.save()
    person = Person.objects.get(email=visitor.email)
    return Ticket(str(session.session_key), person.pk, person.password, desk.account, language, mailing)


@asynccontextmanager
async def watching(*tickets: Ticket) -> AsyncIterator[list[Watcher]]:
    """Watch until the block ends; the task has looked once then."""
    from penstock.web.room.board.hub import Hub

    hub = Hub()
    there = [hub.join(each) for each in tickets]
    try:
        async with asyncio.timeout(PATIENCE):
            while any(watcher.is_new for watcher in there):  # noqa: ASYNC110  (a fact of somebody else's)
                await asyncio.sleep(0.01)
        yield there
    finally:
        for watcher in there:
            hub.leave(watcher)
        assert hub._task
        async with asyncio.timeout(PATIENCE):
            await hub._task


async def told(watcher: Watcher, name: str, wanted: Callable[[Any], Any] = bool) -> Any:
    """The data of the next event of this name that has what is wanted."""
    async with asyncio.timeout(PATIENCE):
        while True:
            kind, _, data = (await watcher.news.get()).decode().partition("\ndata: ")
            if kind == f"event: {name}" and wanted(parsed := json.loads(data)):
                return parsed


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run it in a thread of its own: the browser of other tests keeps an event loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, test()).result()


def test_a_change_is_told_to_the_account_and_to_no_other(desk: Desk, visitor: Visitors) -> None:
    mailing = desk.mailing("sending", "Spring <sale>")
    other = Desk(desk.conn, "smtp://127.0.0.1:2525?tls=none")
    tickets = (
        ticket(visitor(), desk),
        ticket(visitor(of=other), other),
        ticket(visitor(), desk, mailing + 1),
    )

    async def test() -> None:
        async with watching(*tickets) as (ours, theirs, elsewhere):
            await asyncio.to_thread(desk.give, mailing, "pause")
            changed = await told(ours, "changes", lambda each: each[0]["state"] == "paused")
            assert changed == [{
                "id": mailing, "state": "paused", "version": changed[0]["version"], "said": "Spring <sale>: Paused",
            }]  # fmt: skip
            quiet = [theirs.news.get_nowait() for _ in range(theirs.news.qsize())]
            assert quiet == []
            assert not [
                news
                for _ in range(elsewhere.news.qsize())
                if b"changes" in (news := elsewhere.news.get_nowait())
            ]

    run(test)


def test_figures_are_told_whole_once_and_then_what_differs(desk: Desk, visitor: Visitors) -> None:
    mailing = desk.mailing("sending", count=12)
    tickets = ticket(visitor(), desk), ticket(visitor(), desk, language="fr")

    async def test() -> None:
        async with watching(*tickets) as (english, french):
            first = (await told(english, "figures"))[str(mailing)]
            assert (first["recipients"], first["settled_percent"], first["bar"][0]) == ("12", "58.3 %", 58.3)
            assert (await told(french, "figures"))[str(mailing)]["settled_percent"].replace(
                "\xa0", " "
            ) == "58,3 %"
            await asyncio.to_thread(desk.send, mailing, accepted=2)
            second = (await told(english, "figures", lambda each: "accepted" in each[str(mailing)]))[
                str(mailing)
            ]
            assert (second["accepted"], "recipients" in second) == ("8", False)

    run(test)


def test_what_changed_while_the_page_was_made_is_told(desk: Desk, visitor: Visitors) -> None:
    mine = ticket(visitor(), desk)
    mailing = desk.mailing("parked")

    async def test() -> None:
        async with watching(mine) as (watcher,):
            assert mailing in [each["id"] for each in await told(watcher, "changes")]

    run(test)


def test_fifty_pages_cost_the_database_what_one_does(desk: Desk, visitor: Visitors) -> None:
    mine = ticket(visitor(), desk)

    async def test() -> None:
        async with watching(*[mine] * 50):
            row = await asyncio.to_thread(_connections, desk.conn)
            assert row == 2

    run(test)
    eventually(lambda: _connections(desk.conn) == 0, PATIENCE)


def _connections(conn: psycopg.Connection[Any], name: str = "penstock live%") -> int:
    row = conn.execute(
        "select count(*) from pg_stat_activity where application_name like %s and datname = current_database()",
        (name,),
    ).fetchone()
    assert row
    return int(row[0])


def test_after_the_database_was_away_everybody_looks_again(desk: Desk, visitor: Visitors) -> None:
    mine = ticket(visitor(), desk)
    kill = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'penstock live' and datname = current_database()"

    async def test() -> None:
        async with watching(mine) as (watcher,):
            await asyncio.to_thread(desk.conn.execute, kill)
            await told(watcher, "again", lambda _: True)
            mailing = await asyncio.to_thread(desk.mailing, "parked")
            await told(watcher, "changes", lambda each: any(one["id"] == mailing for one in each))

    run(test)


def _signs_out(desk: Desk, visitor: Visitor) -> None:
    visitor.client.session.delete()


def _works_elsewhere(desk: Desk, visitor: Visitor) -> None:
    session = visitor.client.session
    session["account"] = desk.account + 1
    session.save()


def _gets_another_password(desk: Desk, visitor: Visitor) -> None:
    desk.conn.execute("update account_person set password = 'another' where email = %s", (visitor.email,))


def _has_no_role_any_more(desk: Desk, visitor: Visitor) -> None:
    desk.conn.execute(
        "delete from account_membership where person_id = (select id from account_person where email = %s)", (visitor.email,)
    )  # fmt: skip


@pytest.mark.parametrize(
    "what", [_signs_out, _works_elsewhere, _gets_another_password, _has_no_role_any_more]
)
def test_the_stream_ends_for_who_may_not_watch_any_more(
    desk: Desk, visitor: Visitors, what: Callable[[Desk, Visitor], None]
) -> None:
    gone, stays = visitor("author"), visitor("operator")
    tickets = ticket(gone, desk), ticket(stays, desk)

    async def test() -> None:
        async with watching(*tickets) as (first, second):
            await asyncio.to_thread(what, desk, gone)
            await told(first, "over", lambda _: True)
            await asyncio.sleep(0)
            assert OVER not in [second.news.get_nowait() for _ in range(second.news.qsize())]

    run(test)


def test_who_falls_behind_is_told_to_look_at_everything() -> None:
    watcher = Watcher(Ticket("", 1, "", 1, "en"))
    for number in range(WAITING + 2):
        watcher.tell(event("figures", number))
    assert [watcher.news.get_nowait() for _ in range(watcher.news.qsize())] == [
        AGAIN,
        event("figures", WAITING + 1),
    ]


def test_open_pages_hold_no_connection_and_end_with_the_server(
    desk: Desk, visitor: Visitors, port: int, weblog: Any
) -> None:
    key = visitor().client.session.session_key
    streams = [HTTPConnection("127.0.0.1", port, timeout=60) for _ in range(12)]
    answers = []
    for stream in streams:
        stream.request("GET", "/live", headers={"Cookie": f"sessionid={key}"})
        answers.append(stream.getresponse())
        assert answers[-1].getheader("Content-Type") == "text/event-stream", weblog.read_text()
    assert all(answer.readline() == b"retry: 2000\n" for answer in answers)
    assert _connections(desk.conn) == 2
    assert _connections(desk.conn, "penstock web") < len(streams), "Django's own stay open"
    mailing = desk.mailing("parked", "Heard")
    for answer in answers:
        while f'"id":{mailing}'.encode() not in answer.readline():
            pass
    _end(port)
    for answer in answers:
        while answer.readline():
            pass


def _end(port: int) -> None:
    """Ask the server to end, as `penstock down` does: by its process, which the fixture started."""
    import psutil

    for process in psutil.Process().children(recursive=True):
        if any(each.laddr.port == port for each in process.net_connections("tcp") if each.status == "LISTEN"):
            process.send_signal(signal.SIGTERM)


def test_nobody_watches_without_signing_in(desk: Desk, visitor: Visitors) -> None:
    from django.test import Client

    assert Client(SERVER_NAME="127.0.0.1").get("/live").status_code == 302
