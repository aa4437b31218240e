"""Chains in the control room: on the overview, a new step, its forms, deleting from a step on, and a copy of them all."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from penstock.mailing import chain, mailings
from penstock.mailing.step import Condition
from penstock.web.room.mailing.chains import CONDITIONS
from tests.browser.desk import Desk
from tests.integration.web.conftest import Visitor
from tests.integration.web.test_deciding import _give, _text

Visitors = Callable[..., Visitor]


def _chain(desk: Desk, mailing: int) -> list[chain.Step]:
    return chain.steps(desk.conn, desk.account, mailing)


def _add(anna: Visitor, mailing: int, **fields: Any) -> int:
    given = {"name": "Once more", "delay": "2", "delay_unit": "d", "condition": "not_opened", **fields}
    answer = anna.post(f"/mailings/{mailing}/steps", given)
    found = re.fullmatch(r"/mailings/(\d+)/edit", answer["Location"])
    assert found
    return int(found[1])


def test_every_condition_has_its_words() -> None:
    assert set(CONDITIONS) == set(Condition)


@pytest.mark.behaviour("S4.39")
def test_a_step_is_added_written_and_submitted_on_pages(desk: Desk, visitor: Visitors) -> None:
    anna = visitor()
    first = desk.draft("Spring news")
    assert "No other mailing follows this one." in anna.text(f"/mailings/{first}")
    assert "Spring news" in anna.text(f"/mailings/{first}/steps")
    second = _add(anna, first)
    (_, step) = _chain(desk, first)
    assert (step.id, step.delay, step.condition, step.follows) == (second, 2 * 86_400, "not_opened", first)
    page = unescape(anna.text(f"/mailings/{first}"))
    assert "those who did not open it" in page
    assert "2 days after the step before" in " ".join(
        page.replace("\u202f", " ").replace("\xa0", " ").split()
    )

    audience = anna.text(f"/mailings/{second}/edit?step=audience")
    version = re.search(r'name="version" value="(\d+)"', audience)
    assert version
    anna.post(
        f"/mailings/{second}/edit?step=audience",
        {"version": version[1], "condition": "clicked", "go": "send"},
    )
    found = mailings.find(desk.conn, desk.account, second)
    assert found
    assert found.audience == {"step": first, "condition": "clicked"}
    send = anna.text(f"/mailings/{second}/edit?step=send")
    assert 'value="after"' in send
    assert 'value="now"' not in send
    version = re.search(r'name="version" value="(\d+)"', send)
    assert version
    fields = {
        "version": version[1],
        "do": "approve after",
        "kind": "after",
        "delay": "3",
        "delay_unit": "h",
        "confirm": "yes",
    }
    answer = anna.post(f"/mailings/{second}/edit/send", fields)
    if answer.status_code == 200:  # it asks once more
        hidden = dict(
            re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.content.decode())
        )
        answer = anna.post(f"/mailings/{second}/edit/send", fields | hidden | {"asked": "yes"})
    assert desk.state(second) == "scheduled", _text(answer)
    assert _chain(desk, first)[1].delay == 3 * 3600


def test_a_waiting_step_gets_another_delay(desk: Desk, visitor: Visitors) -> None:
    anna = visitor()
    first = desk.draft()
    second = _add(anna, first)
    desk.release(second, {"kind": "after", "delay": "1d"})
    page = anna.text(f"/mailings/{second}/schedule")
    assert 'name="delay"' in page
    assert 'name="at"' not in page
    answer = _give(anna, second, "schedule", delay="soon", delay_unit="d", confirm="yes")
    assert answer.status_code == 409
    assert "no length of time" in _text(answer)
    _give(anna, second, "schedule", delay="36", delay_unit="h", confirm="yes")
    assert _chain(desk, first)[1].delay == 36 * 3600


@pytest.mark.behaviour("S4.32", "S4.34", "S4.35", "S4.36", "S4.37")
def test_deleting_a_step_says_how_many_go_and_takes_them_along(desk: Desk, visitor: Visitors) -> None:
    anna = visitor()
    first = desk.mailing("sending")
    second = _add(anna, first)
    third = _add(anna, second)
    assert (
        "delete"
        not in anna.text(f"/mailings/{first}").partition("<main")[2].partition("latest-title")[0].lower()
    )
    refused = _text(anna.get(f"/mailings/{first}/delete"))
    assert "This is not possible now." in refused
    assert "That is final." not in refused
    assert f"/mailings/{second}/delete" in anna.text(f"/mailings/{second}")
    assert "1 later step of its chain with it. That is final." in _text(
        anna.get(f"/mailings/{second}/delete")
    )
    _give(anna, second, "delete")
    assert [each.id for each in _chain(desk, first)] == [first]
    assert [mailings.find(desk.conn, desk.account, number) for number in (second, third)] == [None, None]


def test_a_whole_chain_is_copied(desk: Desk, visitor: Visitors) -> None:
    anna = visitor()
    first = desk.draft("Spring news")
    _add(anna, first)
    answer = anna.post(f"/mailings/{first}/steps/copy", {})
    made = re.fullmatch(r"/mailings/(\d+)", answer["Location"])
    assert made
    assert [each.condition for each in _chain(desk, int(made[1]))] == [None, "not_opened"]


def test_what_cannot_be_is_said_beside_the_form(desk: Desk, visitor: Visitors) -> None:
    anna, first = visitor(), desk.draft()
    for fields, words in (({"delay": "x"}, "no length of time"), ({"name": " "}, "printable line")):
        answer = anna.post(
            f"/mailings/{first}/steps", {"name": "n", "delay": "1", "delay_unit": "d", **fields}
        )
        assert answer.status_code == 422
        assert words in _text(answer)
    assert _chain(desk, first) == []
    bea = visitor("approver")
    assert bea.get(f"/mailings/{first}/steps").status_code == 403
    assert anna.get("/mailings/999999/steps").status_code == 404
