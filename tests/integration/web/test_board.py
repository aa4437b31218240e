"""The board: every mailing under what it needs or does, with what may be done to it."""

from collections.abc import Callable

from tests.browser.desk import Desk
from tests.integration.web.conftest import Visitor

Visitors = Callable[..., Visitor]


def test_every_mailing_stands_on_the_board(desk: Desk, visitor: Visitors) -> None:
    made = desk.all_states()
    text = visitor().text("/board")
    for number in made.values():
        assert f'data-mailing="{number}"' in text
