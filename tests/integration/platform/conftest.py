"""What tests of the home and its server ask for."""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def home(made_home: Path) -> Path:
    """PENSTOCK_HOME for this test alone, with a database made and stopped."""
    return made_home


@pytest.fixture
def until() -> Callable[[Callable[[], object], str], None]:
    """`until(fact, "what")`: wait for a fact, 10 s at most."""
    import time

    def wait(fact: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + 10
        while not fact():
            assert time.monotonic() < deadline, f"never came true: {what}"
            time.sleep(0.005)

    return wait
