"""Commands given by pages: what each asks and says, what it does, how it refuses."""

from collections.abc import Callable
from typing import Any

import pytest

from penstock.mailing.lifecycle import TABLE
from penstock.mailing.states import State
from penstock.web.room.deciding.asking import ASKED, WHEN
from penstock.web.room.deciding.reading import READERS
from tests.browser.desk import Desk
from tests.integration.web.conftest import Visitor

Visitors = Callable[..., Visitor]


def test_every_command_of_a_person_has_its_form() -> None:
    assert set(ASKED) == {row.command for row in TABLE if not row.is_event} - {"edit"}
    parts = {part for asked in ASKED.values() for part in asked.parts}
    assert parts == set(READERS)
    assert set(WHEN) <= parts


def test_each_command_has_a_page_in_each_state_that_knows_it(desk: Desk, visitor: Visitors) -> None:
    anna = visitor(platform=True)
    for state, number in desk.all_states().items():
        for row in TABLE:
            if State(state) in row.sources and row.command in ASKED:
                page = anna.text(f"/mailings/{number}/{row.command.replace('_', '-')}?next=/")
                assert 'id="dialog-title"' in page, (state, row.command)
