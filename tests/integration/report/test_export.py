"""One archive has everything of a mailing: who got it, who did not and why, what they did, and what it brought in."""

import asyncio
import csv
import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from penstock.feedback import events, listing
from penstock.feedback.orders import taking
from penstock.platform import database, zipping
from penstock.report import comparison, export, ledger, links
from penstock.report.results import results
from tests.browser.desk import Desk


@pytest.fixture
def scene(module_database: str) -> Iterator[tuple[Desk, int]]:
    with psycopg.connect(module_database, autocommit=True) as conn:
        desk = Desk(conn, "smtp://127.0.0.1:2525?tls=none")
        mailing = desk.begun(desk.release(desk.draft("=1+1", to=desk.list(12))))
        desk.send(mailing, accepted=6, bounced=1, in_doubt=1)
        conn.execute(
            "insert into delivery_link (mailing, no, url) select %s, n, 'https://example.org/' || n from generate_series(1, 3) n",
            (mailing,),
        )
        for seq, kind, link in (
            (1, "opened", None),
            (1, "clicked", 2),
            (2, "clicked", 2),
            (3, "clicked", 1),
            (4, "scanned", 3),
        ):
            events.record_of_recipient(conn, mailing, seq, kind, link=link)
        taking.take(
            conn, desk.account, [taking.Order("A1", Decimal("20.5"), "EUR", address=f"reader1@{desk.domain}")]
        )
        yield desk, mailing


def opened(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.behaviour("B1")
def test_one_archive_says_who_got_it_who_did_not_and_why(scene: tuple[Desk, int]) -> None:
    desk, mailing = scene
    desk.give(mailing, "cancel", reason="Called off.")
    desk.settle(mailing)
    out = io.BytesIO()
    zipping.write(desk.conn, export.of_mailing(desk.conn, desk.account, mailing), out)
    found = opened(out.getvalue())
    assert list(found) == ["report.json", *(f"{name}.csv" for name in export.PARTS)]
    told = rows(found["ledger.csv"])
    assert [",".join(told[0])] == [export.PARTS["ledger"].replace(" ", ",")]
    assert Counter(row["state"] for row in told) == {
        "accepted": 6,
        "bounced": 1,
        "in_doubt": 1,
        "cancelled": 4,
    }
    assert [(row["address"], row["state"]) for row in told] == [
        (row.address, row.state) for row in ledger.ledger(desk.conn, mailing)
    ]
    [first] = [row for row in told if row["seq"] == "1"]
    assert all(first[name].endswith("Z") for name in ("at", "opened_at", "clicked_at", "ordered_at"))
    assert (first["orders"], first["unsubscribed_at"]) == ("1", "")
    assert Counter(row["kind"] for row in rows(found["events.csv"])) == {
        "clicked": 3,
        "converted": 1,
        "opened": 1,
        "scanned": 1,
    }
    assert (came := [row["at"] for row in rows(found["events.csv"])]) == sorted(came)
    assert [(row["no"], row["people"], row["scans"]) for row in rows(found["links.csv"])] == [
        ("1", "1", "0"),
        ("2", "2", "0"),
        ("3", "0", "1"),
    ]
    assert [(row["key"], row["amount"], row["currency"]) for row in rows(found["orders.csv"])] == [
        ("A1", "20.50", "EUR")
    ]
    assert [row["command"] for row in rows(found["journal.csv"])][-2:] == ["prepared", "cancel"]
    report = json.loads(found["report.json"])
    assert (report["recipients"], report["reached"], report["states"]["cancelled"]) == (12, 6, 4)
    assert report["revenue"] == [{"currency": "EUR", "orders": 1, "amount": "20.50", "cancelled": 0}]


def test_it_is_streamed_as_lines_of_json_too_and_harmless_to_spreadsheets(
    scene: tuple[Desk, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, mailing = scene
    monkeypatch.setattr(zipping, "BLOCK", 256)
    where = desk.conn.info.dsn

    async def connect(**_: Any) -> Any:
        return await psycopg.AsyncConnection.connect(where, autocommit=True)

    async def taken(archive: zipping.Archive) -> list[bytes]:
        return [block async for block in zipping.streamed(archive)]

    monkeypatch.setattr(database, "connect_async", connect)
    archive = export.of_mailing(desk.conn, desk.account, mailing, "jsonl")
    blocks = asyncio.run(taken(archive))
    assert len(blocks) > 3
    found = opened(b"".join(blocks))
    first = json.loads(found["ledger.jsonl"].splitlines()[0])
    assert (first["seq"], first["state"], first["orders"]) == (1, "accepted", 1)
    desk.conn.execute(
        "insert into feedback_order (account, key, contact, at, amount, currency, mailing, seq, clicked_at)"
        " values (%s, '=cmd()', 1, now(), 1, 'EUR', %s, 1, now())",
        (desk.account, mailing),
    )
    out = io.BytesIO()
    zipping.write(desk.conn, export.of_mailing(desk.conn, desk.account, mailing, for_people=True), out)
    assert [row["key"] for row in rows(opened(out.getvalue())["orders.csv"])] == ["A1", "'=cmd()"]
    with pytest.raises(ValueError, match="csv, jsonl"):
        export.of_mailing(desk.conn, desk.account, mailing, "xml")
    with pytest.raises(LookupError):
        export.of_mailing(desk.conn, 999_999, mailing)


def test_the_figures_of_an_account_are_one_table(scene: tuple[Desk, int]) -> None:
    desk, mailing = scene
    settings, query, given = export.of_account(desk.account, for_people=True)
    with desk.conn.transaction(), desk.conn.cursor() as cursor:
        cursor.execute(settings)
        with cursor.copy(query, given) as copied:
            [told] = rows(b"".join(map(bytes, copied)).decode())
    assert (told["id"], told["name"], told["revenue"]) == (str(mailing), "'=1+1", "EUR 20.50")
    [found] = results(desk.conn, desk.account, [mailing])
    assert (told["accepted"], told["clicked"], told["scanned"], told["buyers"]) == ("6", "3", "1", "1")
    assert int(told["recipients"]) == found.progress.recipients
    assert told["started_at"].endswith("Z")


def test_links_and_events_come_by_pages(scene: tuple[Desk, int]) -> None:
    desk, mailing = scene
    first = links.page(desk.conn, mailing, limit=2)
    assert [each.no for each in first + links.page(desk.conn, mailing, limit=2, after=2)] == [1, 2, 3]
    assert [(each.no, each.people) for each in links.most_followed(desk.conn, mailing, limit=2)] == [
        (2, 2),
        (1, 1),
    ]
    place, seen = listing.FIRST, []
    while page := listing.of_mailing(desk.conn, mailing, limit=2, after=place):
        seen += [(each.kind, each.seq, each.link) for each in page]
        place = (page[-1].kind, page[-1].contact, page[-1].id)
    assert seen == [
        ("clicked", 1, 2), ("clicked", 2, 2), ("clicked", 3, 1), ("converted", 1, None), ("opened", 1, None), ("scanned", 4, 3),
    ]  # fmt: skip
    assert [each.seq for each in listing.of_mailing(desk.conn, mailing, limit=9, kind="opened")] == [1]


def test_mailings_are_compared_with_each_other_and_with_what_corrects_them(scene: tuple[Desk, int]) -> None:
    desk, mailing = scene
    other = desk.draft()
    assert [each.id for each in comparison.compare(desk.conn, desk.account, [other, mailing, other])] == [
        other,
        mailing,
    ]
    with pytest.raises(LookupError, match="no mailing 999999"):
        comparison.compare(desk.conn, desk.account, [mailing, 999_999])
    with pytest.raises(comparison.ComparisonProblem, match="1 to 20"):
        comparison.compare(desk.conn, desk.account, range(1, 30))
    desk.give(mailing, "cancel", reason="Called off.")
    made = desk.give(desk.settle(mailing), "fix_rest").made
    assert made
    for one in (mailing, made):
        assert [each.id for each in comparison.of_chain(desk.conn, desk.account, one)] == [mailing, made]
