"""Clicks and opens: answered when they are committed, and leading only where the sender pointed."""

import asyncio
import io
import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from penstock.content.links import NOBODY, follow_token, tokens
from penstock.content.render import date_bytes
from penstock.delivery import order
from penstock.feedback import events
from penstock.feedback.check import check
from penstock.feedback.tracking import told
from penstock.feedback.tracking import writer as writing
from penstock.feedback.tracking.targets import Targets
from penstock.feedback.tracking.writer import Hit, Writer
from penstock.platform import environment
from tests.examples import examples
from tests.integration.delivery.stage import add_contacts, draft

Conn = psycopg.Connection[Any]
FIREFOX = (b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0")
READERS = 6


@pytest.fixture(scope="module")
def conn(module_database: str) -> Iterator[Conn]:
    with psycopg.connect(module_database, autocommit=True) as connection:
        yield connection


@pytest.fixture
def mailing(conn: Conn) -> int:
    """A mailing that was sent to READERS, with three links; the third is personal."""
    number = draft(conn, add_contacts(conn, "readers", READERS))
    conn.execute(
        "insert into delivery_recipient (mailing, seq, contact, package, normal)"
        " select %s, row_number() over (order by id), id, 1, normal from audience_contact order by id limit %s",
        (number, READERS),
    )
    conn.execute(
        "insert into delivery_link (mailing, no, url, personal, utm) values (%(m)s, 1, 'https://example.org/one?a=b#c', false, null),"
        " (%(m)s, 2, 'https://example.org/two', false, null), (%(m)s, 3, 'https://shop.example.org/{{ code }}', true, 'utm_source=penstock')",
        {"m": number},
    )
    return number


async def ask(
    following: Any, path: str, *headers: tuple[bytes, bytes], method: str = "GET"
) -> tuple[int, dict[str, str], bytes]:
    """One request, as uvicorn hands it on."""
    sent: list[dict[str, Any]] = []

    body = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> dict[str, Any]:
        return next(body, None) or await asyncio.Future()  # the client stays

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": [(b"host", b"127.0.0.1"), *(headers or (FIREFOX,))], "http_version": "1.1", "scheme": "http",
        "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1),
    }  # fmt: skip
    await following(scope, receive, send)
    start = next(message for message in sent if message["type"] == "http.response.start")
    told = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return start["status"], told, b"".join(message.get("body", b"") for message in sent[1:])


async def django(scope: Any, receive: Any, send: Any) -> None:
    """Stands for Django with its pages (tests/integration/web/test_following.py sees those)."""
    status = {"gone": 410, "later": 503}.get(scope.get("penstock.answer"), 404)
    await send({"type": "http.response.start", "status": status, "headers": []})


def asked(*requests: Any, writer: Writer | None = None) -> list[tuple[int, dict[str, str], bytes]]:
    """The answers to requests made at once; each a path, or a tuple of ask's arguments and perhaps the method."""
    from penstock.web.following import Following

    async def all_of_them() -> list[tuple[int, dict[str, str], bytes]]:
        following = Following(django, writer)
        try:
            return await asyncio.gather(
                *(
                    ask(following, each)
                    if isinstance(each, str)
                    else ask(following, *each[:-1], method=each[-1])
                    for each in requests
                )
            )
        finally:
            await following.close()

    return asyncio.run(all_of_them())


def token(mailing: int, seq: int) -> str:
    return follow_token(tokens(mailing, seq, environment.link_key())[1]).decode()


def counted(conn: Conn, mailing: int) -> dict[tuple[str, int], tuple[int, int]]:
    rows = conn.execute("select kind, link, total, people from feedback_count where mailing = %s", (mailing,))
    return {(kind, link): (total, people) for kind, link, total, people in rows}


def test_a_click_leads_to_its_target_and_is_noted(conn: Conn, mailing: int) -> None:
    [(status, headers, body)] = asked(f"/c/1-{token(mailing, 1)}")
    assert (status, headers["location"], body) == (302, "https://example.org/one?a=b#c", b"")
    assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert "set-cookie" not in headers
    assert counted(conn, mailing) == {("clicked", 0): (1, 1), ("clicked", 1): (1, 1)}


def test_a_personal_target_is_made_for_whoever_clicks(conn: Conn, mailing: int) -> None:
    answers = asked(f"/c/3-{token(mailing, 1)}", f"/c/3-{token(mailing, 5)}")
    assert [(status, headers["location"]) for status, headers, _ in answers] == [
        (302, "https://shop.example.org/1?utm_source=penstock"),
        (302, "https://shop.example.org/5?utm_source=penstock"),
    ]
    conn.execute("delete from audience_contact where normal = 'reader6@example.net'")
    assert asked(f"/c/3-{token(mailing, 6)}")[0][0] == 410


@pytest.mark.behaviour("S4.38")
def test_what_stands_in_a_message_leads_where_its_author_pointed(conn: Conn, mailing: int) -> None:
    html = '<p><a href="https://shop.example/a?x=1#top">a</a> <a href="https://shop.example/{{ code }}">b</a></p>'
    options = {"track_clicks": "on", "track_opens": "on", "utm_tags": "on", "utm_campaign": "may"}
    tracked = draft(conn, add_contacts(conn, "readers", READERS), html=html, **options)
    conn.execute(
        "insert into delivery_recipient (mailing, seq, contact, package, normal)"
        " select %s, seq, contact, package, normal from delivery_recipient where mailing = %s",
        (tracked, mailing),
    )
    loaded = order.load(conn, tracked)
    answers = []
    for seq, door in ((1, "c/1"), (2, "c/2"), (3, "o")):
        row = (f"reader{seq}@example.net", *(str(seq) for _ in loaded.program.variables[1:]))
        public, private = tokens(tracked, seq, loaded.key)
        made = loaded.program.envelope_data(row, public, private, date_bytes(0), eightbit=True).decode()
        found = re.search(rf'"{environment.base_url()}(/{door}[^"]*)"', made)
        assert found
        answers += asked(found[1])
    tags = "utm_source=penstock&utm_medium=email&utm_campaign=may"
    assert [(status, headers.get("location")) for status, headers, _ in answers] == [
        (302, f"https://shop.example/a?x=1&{tags}#top"), (302, f"https://shop.example/2?{tags}"), (200, None),
    ]  # fmt: skip
    assert counted(conn, tracked) == {
        ("clicked", 0): (2, 2), ("clicked", 1): (1, 1), ("clicked", 2): (1, 1), ("opened", 0): (1, 1),
    }  # fmt: skip


def test_an_open_gets_a_picture(conn: Conn, mailing: int) -> None:
    address = f"/o/{token(mailing, 2)}"
    (status, headers, picture), (head, _, nothing), (ahead, _, _) = asked(
        address, (address, FIREFOX, "HEAD"), (address, FIREFOX, (b"purpose", b"prefetch"), "GET")
    )
    assert (status, head, ahead, nothing) == (200, 200, 200, b"")
    assert (headers["content-type"], headers["content-length"]) == ("image/gif", str(len(picture)))
    shown = Image.open(io.BytesIO(picture))
    assert (shown.format, shown.size, shown.convert("RGBA").getpixel((0, 0))[3]) == ("GIF", (1, 1), 0)  # type: ignore[index]
    assert counted(conn, mailing) == {("opened", 0): (1, 1), ("prefetched", 0): (2, 1)}


def test_machines_are_told_apart(conn: Conn, mailing: int) -> None:
    link = f"/c/1-{token(mailing, 1)}"
    answers = asked(
        (link, (b"user-agent", b"Barracuda Sentinel (EE)"), "GET"), (link, FIREFOX, "HEAD"), (link, (b"accept", b"*/*"), "GET"),
        (link, FIREFOX, (b"sec-purpose", b"prefetch"), "GET"),
    )  # fmt: skip
    assert [status for status, _, _ in answers] == [302, 302, 302, 503], (
        "asked anew when the person follows it"
    )
    assert counted(conn, mailing) == {("scanned", 0): (4, 1), ("scanned", 1): (4, 1)}
    other = token(mailing, 2)
    asked(f"/c/1-{other}", f"/c/2-{other}")
    assert counted(conn, mailing)["scanned", 0] == (6, 2), "both links at once"
    assert check(conn, mailing) == []


def test_nobody_and_nothing(conn: Conn, mailing: int) -> None:
    good = token(mailing, 1)
    forged = good[:-1] + ("0" if good[-1] != "0" else "1")
    answers = asked(
        f"/c/1-{forged}", f"/o/{forged}", f"/c/9-{good}", f"/c/01-{good}", f"/c/0-{good}", "/c/", "/o/x", f"/c/{good}",
        f"/c/1-{follow_token(NOBODY).decode()}", f"/o/{follow_token(NOBODY).decode()}", f"/c/1-{good}/https://evil.example",
        f"/o/{tokens(mailing, 1, environment.link_key())[1].decode()}",
    )  # fmt: skip
    assert [status for status, _, _ in answers] == [404] * 12
    assert all("location" not in headers for _, headers, _ in answers)
    assert asked((f"/c/1-{good}", FIREFOX, "POST"))[0][0] == 404, "is not answered here"
    conn.execute("update mailing_mailing set deleted_at = now() where id = %s", (mailing,))
    assert asked(f"/c/1-{good}")[0][0] == 410
    assert counted(conn, mailing) == {}


@settings(
    max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    paths=st.lists(
        st.one_of(
            st.text(max_size=60),
            st.from_regex(re.compile(r"[0-9]{1,12}-[0-9a-f]{1,15}-[0-9a-f]{1,15}-[0-9a-f]{24}"), fullmatch=True),
        ),
        min_size=1, max_size=5,
    ),
    header=st.tuples(st.sampled_from([b"user-agent", b"sec-purpose", b"cookie"]), st.binary(max_size=50)),
)  # fmt: skip
def test_whatever_strangers_ask_leads_nowhere(
    conn: Conn, paths: list[str], header: tuple[bytes, bytes]
) -> None:
    from penstock.web.following import Following

    async def all_of_them() -> list[Any]:
        following = Following(django)
        return [await ask(following, door + path, header) for path in paths for door in ("/c/", "/o/")]

    assert {status for status, _, _ in asyncio.run(all_of_them())} == {404}


def test_hits_of_many_are_committed_together(
    conn: Conn, mailing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "LARGEST", 50)

    async def flood() -> Writer:
        writer = Writer()
        hits = [Hit(mailing, 1 + n % READERS, "opened", 0, 0.0) for n in range(300)]
        assert all(
            await asyncio.gather(*(writer.note(hit._replace(at=writing.time.monotonic())) for hit in hits))
        )
        await writer.close()
        return writer

    tally = asyncio.run(flood()).tally
    assert tally.commits == 6
    assert (tally.noted, tally.refused) == ({"opened": 300}, 0)
    assert counted(conn, mailing) == {("opened", 0): (300, READERS)}


def test_a_defect_of_ours_leaves_nobody_waiting(mailing: int) -> None:
    async def broken() -> psycopg.AsyncConnection[Any]:
        raise RuntimeError("not as it was thought")

    writer = Writer(broken)
    assert noting(mailing, writer, 1, 2) == [False, False]
    assert writer.tally.refused == 2


class Flaky:
    """Opens connections that are cut by the server where a test says so."""

    def __init__(self, url: str, *, before: int = 0, after_commit: bool = False) -> None:
        self.url, self.before, self.after_commit, self.opened = url, before, after_commit, 0

    async def __call__(self) -> psycopg.AsyncConnection[Any]:
        self.opened += 1
        if self.opened <= self.before:
            raise psycopg.OperationalError("the database is starting up")
        conn = await psycopg.AsyncConnection.connect(self.url, autocommit=True)
        if self.after_commit and self.opened == 1:
            command = conn._exec_command

            def lost(statement: Any, *more: Any, **named: Any) -> Iterator[Any]:
                yield from command(statement, *more, **named)
                if statement == b"COMMIT":  # the server has done it
                    raise psycopg.OperationalError("the connection is lost")

            conn._exec_command = lost  # type: ignore[method-assign,assignment]
        return conn


def noting(mailing: int, writer: Writer, *seqs: int) -> list[bool]:
    async def all_of_them() -> list[bool]:
        hits = [Hit(mailing, seq, "opened", 0, writing.time.monotonic()) for seq in seqs]
        try:
            return await asyncio.gather(*map(writer.note, hits))
        finally:
            await writer.close()

    return asyncio.run(all_of_them())


def test_a_commit_whose_answer_was_lost_is_not_repeated(
    conn: Conn, mailing: int, module_database: str
) -> None:
    flaky = Flaky(module_database, after_commit=True)
    assert noting(mailing, Writer(flaky), 1, 2) == [True, True]
    assert flaky.opened == 2
    assert counted(conn, mailing) == {("opened", 0): (2, 2)}


def test_a_database_that_comes_back_in_time_is_waited_for(
    conn: Conn, mailing: int, module_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "PAUSE", 0.01)
    assert noting(mailing, Writer(Flaky(module_database, before=3)), 1) == [True]
    assert counted(conn, mailing) == {("opened", 0): (1, 1)}


def test_a_database_that_is_away_is_said(
    mailing: int, module_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "PATIENCE", 0.1)
    monkeypatch.setattr(writing, "PAUSE", 0.02)
    asked_for = f"/c/1-{token(mailing, 1)}", f"/o/{token(mailing, 1)}"
    answers = asked(*asked_for, writer=Writer(Flaky(module_database, before=10**6)))
    assert [status for status, _, _ in answers] == [503] * 2
    assert answers[1][1]["retry-after"] == "10"


def test_too_many_are_refused_at_once(
    mailing: int, monkeypatch: pytest.MonkeyPatch, module_database: str
) -> None:
    monkeypatch.setattr(writing, "LARGEST", 2)
    monkeypatch.setattr(writing, "MOST", 4)
    writer = Writer(Flaky(module_database))
    assert noting(mailing, writer, 1, 2, 3, 4, 5, 6) == [True] * 4 + [False] * 2
    assert writer.tally.refused == 2


def test_targets_are_forgotten_for_others(conn: Conn, mailing: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("penstock.feedback.tracking.targets.LARGEST", 1)

    async def look() -> None:
        targets = Targets()
        assert (await targets.of(mailing)).targets[2].url == "https://example.org/two"
        assert targets.known(mailing)
        assert (await targets.of(mailing + 999)).targets == {}
        assert targets.known(mailing) is None
        await targets.close()

    asyncio.run(look())


def test_a_message_that_was_mended_has_new_links(
    conn: Conn, mailing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from penstock.web.following import Following

    async def follow() -> list[int]:
        following, links = Following(django), f"/c/%d-{token(mailing, 1)}"
        statuses = [(await ask(following, links % number))[0] for number in (1, 4)]
        conn.execute(
            "insert into delivery_link (mailing, no, url) values (%s, 4, 'https://example.org/4')", (mailing,)
        )
        statuses.append((await ask(following, links % 4))[0])
        monkeypatch.setattr("penstock.feedback.tracking.targets.YOUNG", 0.0)
        statuses.append((await ask(following, links % 4))[0])
        await following.close()
        return statuses

    assert asyncio.run(follow()) == [302, 404, 404, 302]


def test_what_a_provider_tells_counts_for_the_link_it_names(conn: Conn, mailing: int) -> None:
    for _ in range(2):  # told twice
        told.noted(
            conn,
            mailing,
            1,
            "clicked",
            url="https://example.org/two",
            agent=FIREFOX[1].decode(),
            key=f"e {mailing}",
        )
    told.noted(conn, mailing, 1, "opened", agent="Mozilla/5.0")
    told.noted(conn, mailing, 2, "clicked", url="https://elsewhere.example/")
    assert counted(conn, mailing) == {
        ("clicked", 0): (2, 2),
        ("clicked", 2): (1, 1),
        ("prefetched", 0): (1, 1),
    }
    assert not events.record_of_recipient(conn, mailing, 99, "opened")
