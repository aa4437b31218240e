"""Homes with a database in them, made once and copied: making one takes a second."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.platform.command import Command


@pytest.fixture(scope="session")
def made_home() -> Iterator[Path]:
    """A home in which the embedded database was made, stopped; never used itself."""
    place = Path(tempfile.mkdtemp(prefix="penstock-made-"))
    with Command(place) as command:
        assert command.started
    yield place
    shutil.rmtree(place)


@pytest.fixture
def home(own_home: Path, made_home: Path) -> Path:
    """PENSTOCK_HOME for this test alone, with a database made and stopped."""
    copy_home(made_home, own_home)
    return own_home


def copy_home(made: Path, to: Path) -> None:
    subprocess.run(["cp", "-a", f"{made}/.", str(to)], check=True)


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


@pytest.fixture(scope="session")
def migrated_home(made_home: Path) -> Iterator[Path]:
    """A home whose database has the whole schema, stopped; never used itself."""
    place = Path(tempfile.mkdtemp(prefix="penstock-migrated-"))
    copy_home(made_home, place)
    with Command(place, statement="database.ready()") as command:
        assert command.started
    yield place
    shutil.rmtree(place)


@pytest.fixture
def ready_home(own_home: Path, migrated_home: Path) -> Path:
    """PENSTOCK_HOME for this test alone, with a migrated database, stopped."""
    copy_home(migrated_home, own_home)
    return own_home
