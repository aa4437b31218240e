"""What pages ask of the database with thousands behind them: few statements, none again and again, none that reads a table through.

The statements are those that the pages really send, written down as they pass; each is explained with the rows it touched. So a page
that grows with the account fails here, long before anybody waits for it (bench/pages.py measures the milliseconds).
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.browser import crowd
from tests.browser.addresses import Address
from tests.browser.desk import Desk
from tests.browser.scene import Scene, furnish
from tests.browser.survey import rooms

MAILINGS, CONTACTS = 3_000, 5_000
BIG = 2_500
"""Rows from which on a table is one of those that grow without end."""
MOST_READ = 2_100
"""Rows of such a table that one statement may touch: a page shows a few hundred, and the newest 2,000 are looked through for tags."""
MOST_STATEMENTS = 40
"""Of one page, the session and the person included."""
MOST_ALIKE = 8
"""Times that a page may send one statement: a ninth is one for each row."""
WHOLE = {
    "room:contacts-export": "writes all of them into a file",
    "room:import-report": "writes all problems into a file",
    "room:edit-count": "counts who is meant, apart from the page",
}
"""Addresses that read everything because everything is what was asked for."""
_READING = re.compile(r"\s*(select|with)\b(?!.*\b(pg_notify|set_config|nextval)\b)", re.I | re.S)


@dataclass
class Sent:
    """The statements of one page, in order, each with its values."""

    statements: list[tuple[Any, Any]] = field(default_factory=list)


@pytest.fixture(scope="module")
def scene(pages: psycopg.Connection[Any], tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """A furnished account with a crowd around it, and a mailing to all of them under way."""
    desk = Desk(pages, "smtp://127.0.0.1:1")
    scene = furnish(desk, tmp_path_factory.mktemp("scene"))
    crowd.gather(scene, mailings=MAILINGS, contacts=CONTACTS)
    scene.mailings["sending"] = crowd.giant(scene, scene.things["lists"][-1])
    scene.things["mailings"] = [
        scene.mailings[state] for state in ("sending", "draft", "in_review", "sent", "paused")
    ]
    scene.things["mailings/preview"] = [
        row[0]
        for row in pages.execute(
            "select max(id) from audience_contact where account_id = %s", (desk.account,)
        )
    ]
    scene.things["caught"] = ["none"]
    return scene


@pytest.fixture
def listening(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Sent]:
    """`listening()` begins a new list; whatever this process sends then stands in it."""
    now = Sent()
    execute = psycopg.Cursor.execute

    def noted(self: Any, query: Any, params: Any = None, **more: Any) -> Any:
        now.statements.append((query, params))
        return execute(self, query, params, **more)

    def begin() -> Sent:
        now.statements = []
        return now

    monkeypatch.setattr(psycopg.Cursor, "execute", noted)
    return begin


def paths(address: Address, scene: Scene) -> list[str]:
    """Of each address the first that the scene has; of a mailing's the giant's, and those of a few others."""
    found = list(address.filled(scene))
    return (
        found
        if address.kinds and "command" not in address.kinds and address.route.startswith("mailings/")
        else found[:1]
    )


def test_no_page_grows_with_the_account(
    scene: Scene,
    visitor: Callable[..., Any],
    listening: Callable[[], Sent],
    pages: psycopg.Connection[Any],
    tmp_path: Path,
) -> None:
    big = _big_tables(pages)
    assert {
        "mailing_mailing",
        "mailing_entry",
        "audience_contact",
        "delivery_recipient",
        "notices_notice",
    } <= big
    anna, wrong, explained = visitor(of=scene.desk, platform=True), [], set()
    with psycopg.connect(pages.info.dsn, autocommit=True) as conn:
        conn.execute("set enable_seqscan = off")  # what is left of them then has no index to use
        for address in rooms():
            if not address.name.startswith("room:") or address.name in (*WHOLE, "room:live"):
                continue
            for path in paths(address, scene):
                sent = listening()
                if anna.get(path).status_code != 200:
                    continue
                statements = list(sent.statements)
                wrong += [f"{path}: {each}" for each in _too_many(statements)]
                for query, params in statements:
                    text = _text(conn, query)
                    if _READING.match(text) and text not in explained:
                        explained.add(text)
                        wrong += [
                            f"{path}: {each}\n    {' '.join(text.split())[:600]}"
                            for each in _read_through(conn, query, params, big)
                        ]
    assert not wrong, "\n".join(wrong)
    assert len(explained) > 20


def _big_tables(conn: psycopg.Connection[Any]) -> set[str]:
    rows = conn.execute(
        "select relname from pg_class where relkind = 'r' and reltuples >= %s", (BIG,)
    ).fetchall()
    return {name for (name,) in rows}


def _too_many(statements: list[tuple[Any, Any]]) -> Iterator[str]:
    if len(statements) > MOST_STATEMENTS:
        yield f"{len(statements)} statements"
    for text, times in Counter(str(query) for query, _ in statements).items():
        if times > MOST_ALIKE and not text.strip().lower().startswith(
            ("begin", "commit", "savepoint", "release")
        ):
            yield f"{times} times: {' '.join(text.split())[:200]}"


def _text(conn: psycopg.Connection[Any], query: Any) -> str:
    if isinstance(query, bytes):
        return query.decode()
    return query if isinstance(query, str) else str(query.as_string(conn))


def _read_through(conn: psycopg.Connection[Any], query: Any, params: Any, big: set[str]) -> list[str]:
    """Explain the statement with these values; tell the tables of which it touched more than a page can show."""
    text = psycopg.ClientCursor(conn).mogrify(query, params)
    try:
        row = conn.execute(f"explain (analyze, timing off, format json) {text}".encode()).fetchone()
    except psycopg.Error as error:
        return [] if isinstance(error, psycopg.errors.UndefinedTable) else [f"cannot be explained: {error}"]
    assert row
    return [
        f"reads {touched:,.0f} rows of {node['Relation Name']} ({node['Node Type']})"
        for node in _nodes(row[0][0]["Plan"])
        if node.get("Relation Name") in big and (touched := _touched(node)) > MOST_READ
    ]


def _touched(node: dict[str, Any]) -> float:
    rows = (
        node["Actual Rows"]
        + node.get("Rows Removed by Filter", 0)
        + node.get("Rows Removed by Index Recheck", 0)
    )
    return float(rows * node["Actual Loops"])


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", []):
        yield from _nodes(inner)
