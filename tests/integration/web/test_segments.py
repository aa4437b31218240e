"""The pages of segments: built of rows without a script, written as text, counted, and chosen for a mailing."""

from collections.abc import Callable
from typing import Any

import pytest

from penstock.audience.segments import document, keeping, text
from penstock.mailing import mailings
from penstock.web.room.audience import building
from tests.browser.desk import Desk
from tests.integration.web.conftest import Visitor

Visitors = Callable[..., Visitor]


def kept(desk: Desk, name: str) -> keeping.Segment:
    return keeping.named(desk.conn, desk.account, name)


def test_a_segment_is_built_of_rows_counted_and_kept(desk: Desk, visitor: Visitors) -> None:
    anna, number = visitor(), desk.list(4, name="Club")
    desk.conn.execute("update audience_contact set attributes = jsonb_build_object('age', (id %% 2 * 30)::text) where account_id = %s", (desk.account,))  # fmt: skip
    rows = {
        "by": "rows", "name": "Grown-ups", "join": "all", "about0": "attribute age", "operator0": "number at_least",
        "value0": "18", "about1": f"list {number}", "about2": "other", "other2": "town", "operator2": "text is", "value2": "Ulm", "not2": "on",
    }  # fmt: skip
    counted = anna.post("/audience/segments/new", {**rows, "do": "count"})
    assert 'class="figure-large">2<' in counted.content.decode()
    beside = anna.post("/audience/segments/count", rows)
    assert 'class="figure-large">2<' in beside.content.decode()
    wrong = anna.post("/audience/segments/new", {**rows, "value0": "many", "do": "save"})
    assert wrong.status_code == 422
    assert "is no number" in wrong.content.decode()
    for about, operator, value in [
        ("field address", "number less", "3"), ("field domain", "yes_no yes", ""), ("field domain", "date before", "2026-01-01"),
        ("field created", "text is", "x"), ("field updated", "number is", "3"),
    ]:  # fmt: skip
        unfit = {**rows, "about0": about, "operator0": operator, "value0": value}
        assert anna.post("/audience/segments/count", unfit).status_code == 200, about
        refused = anna.post("/audience/segments/new", {**unfit, "do": "save"})
        assert refused.status_code == 422, about
        assert "Choose how to compare." in refused.content.decode()
    assert anna.post("/audience/segments/new", {**rows, "do": "save"}).status_code == 302
    made = kept(desk, "Grown-ups")
    assert text.read('age >= 18 and on list 1 and not town is "Ulm"').of[::2] == made.condition.of[::2]  # type: ignore[union-attr]
    page = anna.text(f"/audience/segments/{made.id}")
    assert 'value="18"' in page
    assert "Grown-ups" in anna.text("/audience/segments")


def test_what_is_nested_is_written_as_text(desk: Desk, visitor: Visitors) -> None:
    anna, words = visitor(), '(town is "Ulm" or age < 3) and not did "purchase" where (amount > 2)'
    assert (
        anna.post(
            "/audience/segments/new", {"by": "text", "name": "Deep", "text": words, "do": "save"}
        ).status_code
        == 302
    )
    made = kept(desk, "Deep")
    page = anna.text(f"/audience/segments/{made.id}")
    assert "<textarea" in page
    told = anna.post(
        f"/audience/segments/{made.id}", {"by": "text", "name": "Deep", "text": words, "do": "rows"}
    )
    assert "nested too deep for rows" in told.content.decode()
    turned = anna.post(
        "/audience/segments/new",
        {"by": "text", "name": "Flat", "text": 'town is "Ulm" or age < 3', "do": "rows"},
    )
    assert 'name="value1" value="3"' in turned.content.decode()
    faulty = anna.post("/audience/segments/new", {"by": "text", "name": "x", "text": "town is", "do": "save"})
    assert "line 1, column 8" in faulty.content.decode()


def test_two_who_change_it_do_not_overwrite_each_other(desk: Desk, visitor: Visitors) -> None:
    anna = visitor()
    made = keeping.create(desk.conn, desk.account, "Ours", text.read("everybody"), desk.actor)
    form = {"by": "text", "name": "Ours", "text": "age < 3", "do": "save", "version": "1"}
    assert anna.post(f"/audience/segments/{made.id}", form).status_code == 302
    late = anna.post(f"/audience/segments/{made.id}", {**form, "text": "age < 4"})
    assert late.status_code == 422
    assert "at version 2, not 1" in late.content.decode()
    assert anna.post(f"/audience/segments/{made.id}/delete").status_code == 302
    assert keeping.page(desk.conn, desk.account, limit=2) == []


def test_a_mailing_is_written_for_a_segment(desk: Desk, visitor: Visitors) -> None:
    anna, number = visitor(), desk.mailing("draft")
    made = keeping.create(desk.conn, desk.account, "Ours", text.read("everybody"), desk.actor)
    page = f"/mailings/{number}/edit?step=audience"
    there = mailings.find(desk.conn, desk.account, number)
    assert there
    assert "Only whom this segment means" in anna.text(page)
    saved = anna.post(
        page,
        {
            "segment": str(made.id),
            "not_segment": [str(made.id)],
            "version": str(there.version),
            "go": "audience",
        },
    )
    assert saved.status_code in (200, 302), saved.content
    now = mailings.find(desk.conn, desk.account, number)
    assert now
    assert now.audience == {"segment": made.id, "not_segment": [made.id]}
    assert 'class="figure-large">0<' in anna.text(f"/mailings/{number}/edit/count")
    assert "only whom this segment means" in anna.text(f"/mailings/{number}")


@pytest.mark.parametrize(
    "words",
    [
        "everybody", 'city is "Paris"', 'not city is "a" and age >= 2.5 and vip is yes', "on list 3 or reached by mailing 7",
        'opened any mailing in the last 90 days and clicked mailing 7 at least 2 times and did "purchase" since 2026-01-01',
        'did "purchase" before 2026-01-01 and created in the last 3 days and birthday in the next 7 days',
        '(a is "b" or c is "d") and e is set', 'city is one of ("a", "b")', 'did "x" where (y > 1)',
    ],
)  # fmt: skip
def test_rows_say_what_the_segment_says_or_nothing(words: str) -> None:
    condition = text.read(words)
    told: Any = building.as_rows(condition)
    if told is not None:
        assert document.write(building.condition_of(told[0], any_of=told[1])) == document.write(condition)
    else:
        assert any(each in words for each in ("(", "since"))
