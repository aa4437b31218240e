"""The command line as a process on this test's database."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests import commands
from tests.commands import Ran


@pytest.fixture
def cli(database: str) -> Callable[..., Ran]:
    """`cli("token", "list")` runs a command to its end; it must end with `status`."""

    def run(*arguments: str, status: int = 0) -> Ran:
        ran = commands.run(*arguments)
        assert "Traceback" not in ran.stderr, ran.stderr
        assert ran.returncode == status, f"{arguments}: {ran.returncode}\n{ran.stdout}\n{ran.stderr}"
        return ran

    return run


@pytest.fixture
def told(cli: Callable[..., Ran]) -> Callable[..., Any]:
    """`told("token", "list")` is the JSON document that the command prints."""
    return lambda *arguments: json.loads(cli(*arguments, "--json").stdout)
