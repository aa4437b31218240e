"""The command line offers what the lifecycle's table has, and starts without what only rooms need."""

import subprocess
import sys
from typing import Any

import pytest
from typer.main import get_command

from penstock.cli.app import app
from penstock.cli.onward import STATUS, what_next
from penstock.cli.spoken import hyphened
from penstock.mailing.lifecycle import TABLE
from penstock.mailing.states import State
from tests.unit.cli.test_words import mailing

_ROOT: Any = get_command(app)
_MAILING: dict[str, Any] = _ROOT.commands["mailing"].commands


def test_every_command_of_the_table_can_be_typed() -> None:
    wanted = hyphened(dict.fromkeys(row.command for row in TABLE if not row.is_event))
    assert set(wanted) <= set(_MAILING)


@pytest.mark.parametrize("name", sorted(hyphened({row.command for row in TABLE if not row.is_event})))
def test_every_command_can_be_tried_and_speaks_json(name: str) -> None:
    options = {option for parameter in _MAILING[name].params for option in parameter.opts}
    assert {"--dry-run", "--expect", "--json"} <= options


def test_help_says_when_and_for_whom() -> None:
    command = _MAILING["edit-plan"]
    told = " ".join(command.get_help(command.context_class(command, info_name="edit-plan")).split())
    assert "Possible in: in_moderation, in_review." in told
    assert "administrator" in told
    assert "approver" in told


@pytest.mark.parametrize("state", State)
def test_every_state_says_how_to_go_on_with_commands_that_exist(state: State) -> None:
    told = what_next(mailing(state.value))
    assert told or state is State.SENT
    for words in told.split("penstock mailing ")[1:]:
        assert words.split()[0] in _MAILING
    assert STATUS.get(state, 0) in range(6)


def test_starting_imports_no_room() -> None:
    """Declaring the options of all commands costs no database driver, no Django, no pydantic."""
    code = "import sys, penstock.cli.app; print(*sorted(m for m in sys.modules if '.' not in m or m.startswith('penstock.')))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"django", "pydantic", "psycopg", "rich", "httpx"} & set(loaded)
    assert [
        name for name in loaded if name.startswith("penstock.") and not name.startswith("penstock.cli")
    ] == []


def test_stopping_does_not_wait_for_what_compiles_messages() -> None:
    """Whoever pauses or cancels is in a hurry."""
    code = "import sys, penstock.cli.commanding, penstock.cli.cancelling; print(*(m for m in sys.modules if '.' not in m))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"django", "pydantic", "liquid", "lxml", "mrml", "rich"} & set(loaded)
