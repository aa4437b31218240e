"""The analysis of a mailing, by the job that a worker runs: every recipient, the worst first, nothing in the way."""

import asyncio
from typing import Any

import psycopg
import pytest

from penstock.audience.suppression import suppress
from penstock.platform import jobs
from tests.integration.delivery.stage import add_contacts, command, draft

Conn = psycopg.Connection[Any]


def submitted(conn: Conn, count: int, html: str = "<p>Dear {{ first_name }}</p>", **options: Any) -> int:
    mailing = draft(conn, add_contacts(conn, "all", count), html=html, **options)
    command(conn, mailing, "submit", plan={"kind": "now"}, confirm=True)
    return mailing


def work() -> None:
    asyncio.run(jobs.work(wait=False))


def analysis(conn: Conn, mailing: int) -> tuple[str, int, int]:
    row = conn.execute(
        "select state, total, done from preflight_analysis where mailing_id = %s order by id desc limit 1",
        (mailing,),
    ).fetchone()
    assert row
    return row


def findings(conn: Conn, mailing: int, code: str) -> list[tuple[str, str, str, int]]:
    return conn.execute(
        "select f.severity, f.place, f.text, f.count from preflight_finding f join preflight_analysis a on a.id = f.analysis_id"
        " where a.mailing_id = %s and f.code = %s order by f.rank",
        (mailing, code),
    ).fetchall()


def cases(conn: Conn, mailing: int, code: str) -> list[tuple[str, str]]:
    return conn.execute(
        "select c.address, k.detail from preflight_case k join preflight_finding f on f.id = k.finding_id"
        " join preflight_analysis a on a.id = f.analysis_id join audience_contact c on c.id = k.contact"
        " where a.mailing_id = %s and f.code = %s order by k.weight desc, k.contact",
        (mailing, code),
    ).fetchall()


def attribute(conn: Conn, numbers: list[int], name: str, value: str) -> None:
    conn.execute(
        "update audience_contact set attributes = attributes || jsonb_build_object(%s::text, %s::text)"
        " where normal = any(%s)",
        (name, value, [f"reader{n}@example.net" for n in numbers]),
    )


BY_CODE = (
    "<p>Dear {{ first_name }}</p>{% for n in (1..code) %}{% break %}{% endfor %}{{ 10 | divided_by: code }}"
)


@pytest.mark.behaviour("B12")
def test_a_worker_analyses_what_was_submitted(conn: Conn) -> None:
    mailing = submitted(conn, 300, html="<p>{{ first_name }} {{ 10 | divided_by: code }}</p>")
    attribute(conn, [7, 133], "code", "0")
    work()
    assert analysis(conn, mailing) == ("done", 300, 300)
    [(severity, place, text, count)] = findings(conn, mailing, "template_error")
    assert (severity, place, count) == ("warning", "html", 2)
    assert "2 of 300 recipients" in text
    assert "divided_by" in text
    assert [address for address, _ in cases(conn, mailing, "template_error")] == [
        "reader7@example.net",
        "reader133@example.net",
    ]


def test_it_looks_at_whom_the_freeze_would_choose(conn: Conn) -> None:
    mailing = submitted(conn, 5)
    suppress(conn, 1, "reader2@example.net", "complaint", "test")
    work()
    assert analysis(conn, mailing) == ("done", 4, 4)


def test_what_is_empty_is_told_with_its_place(conn: Conn) -> None:
    mailing = submitted(
        conn,
        4,
        html="<p>{{ first_name }} {{ town | default: 'here' }}{% if code == '3' %}{{ code2 }}{% endif %}</p>",
    )
    attribute(conn, [2], "first_name", " ")
    attribute(conn, [4], "code2", "x")
    work()
    found = findings(conn, mailing, "variable_empty")
    assert [(place, text) for _, place, text, _ in found] == [
        ("html", "{{ first_name }} is empty for 1 of 4 recipients"),
        ("html", "{{ code2 }} is empty for 1 of 4 recipients"),
    ]
    assert sorted(address for address, _ in cases(conn, mailing, "variable_empty")) == [
        "reader2@example.net", "reader3@example.net",
    ]  # fmt: skip
