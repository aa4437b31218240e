"""The page of a mailing: why it is as it is, by whom, what comes next, and how far it is."""

from collections.abc import Callable

import pytest

from penstock.mailing.states import State
from penstock.web.room.mailing import standing
from tests.browser.desk import Desk
from tests.integration.web.conftest import Visitor

Visitors = Callable[..., Visitor]


def test_every_state_has_its_line() -> None:
    assert set(standing._NOW) == set(standing._NEXT) == set(State)


@pytest.mark.behaviour("B10")
def test_every_state_says_why_who_and_what_next(desk: Desk, visitor: Visitors) -> None:
    anna = visitor()
    for state, mailing in desk.all_states().items():
        page = anna.text(f"/mailings/{mailing}")
        assert str(standing._NOW[State(state)]) in page, state
        assert 'class="soft next"' in page, state


def test_another_accounts_mailing_is_not_there(desk: Desk, visitor: Visitors) -> None:
    anna = visitor()
    other = Desk(desk.conn, "smtp://127.0.0.1:2525?tls=none")
    mailing = other.mailing("sent")
    for page in ("",):
        assert anna.get(f"/mailings/{mailing}{page}").status_code == 404, page
