"""What every test may ask for: a PostgreSQL of the tests' own, and a fresh migrated database in it."""

import atexit
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import hypothesis
import psycopg
import pytest

from penstock.platform import database as platform
from tests import homes, nameserver, postgres
from tests import needs as system
from tests.examples import examples
from tests.spec.behaviours import unknown_markers

hypothesis.settings.register_profile("penstock", deadline=None, max_examples=examples(100), print_blob=True)
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=5_000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "penstock"))

_numbers = count(1)

if (
    signal.getsignal(signal.SIGINT) is signal.SIG_IGN
):  # started in the background: what is started here would ignore Ctrl-C, too
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Some modules ask for Django's settings when they are imported, that is while tests are collected: these name a home that is thrown
# away and a database that nobody asks, so that nothing of the developer's own is touched, or started.
_collecting = tempfile.mkdtemp(prefix="penstock-collecting-")
atexit.register(shutil.rmtree, _collecting, ignore_errors=True)
os.environ |= {
    "PENSTOCK_HOME": _collecting,
    "PENSTOCK_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
    "PENSTOCK_SECRET_KEY": "the same in every worker, as names of tests have links in them",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a behaviour marker whose number is not in the list: a typing error would prove nothing."""
    marked = {
        item.nodeid: [number for marker in item.iter_markers("behaviour") for number in marker.args]
        for item in items
        if item.get_closest_marker("behaviour")
    }
    if complaints := unknown_markers(marked):
        raise pytest.UsageError("\n".join(complaints))


@pytest.fixture(scope="session")
def needs() -> Callable[[str, str], str]:
    """`needs("smtp-sink", "postfix")`: the program's path, or a skip that names the Debian package."""
    return system.needs


@pytest.fixture(scope="session", autouse=True)
def penstock_home() -> Iterator[Path]:
    """A PENSTOCK_HOME for the whole session (one per xdist worker): no test sees the developer's own."""
    with postgres.home() as place:
        yield place


@pytest.fixture
def own_home() -> Iterator[Path]:
    """A PENSTOCK_HOME for this test alone, with no server yet: for tests that start, kill or break one."""
    with postgres.home() as place:
        yield place


@pytest.fixture
def made_home(own_home: Path) -> Path:
    """A PENSTOCK_HOME for this test alone, in which a database without tables was made and stopped."""
    homes.copy(homes.made(), own_home)
    return own_home


@pytest.fixture
def ready_home(own_home: Path) -> Path:
    """A PENSTOCK_HOME for this test alone, with a migrated database, stopped."""
    homes.copy(homes.migrated(), own_home)
    return own_home


@pytest.fixture(scope="session")
def server(penstock_home: Path) -> str:
    """The URL of the session's embedded PostgreSQL, with the migrated template made."""
    homes.copy(homes.migrated(), penstock_home)
    url = platform.url()
    postgres.make_template(url)
    return url


@pytest.fixture
def database(server: str) -> Iterator[str]:
    """The URL of a fresh migrated database for this test; PENSTOCK_DATABASE_URL names it meanwhile."""
    with postgres.copy(server, f"test_{next(_numbers)}") as url:
        yield url


@pytest.fixture(scope="module")
def module_database(server: str) -> Iterator[str]:
    """Like `database`, one for all tests of a module."""
    with postgres.copy(server, f"test_{next(_numbers)}") as url:
        yield url


@pytest.fixture
def conn(database: str) -> Iterator[psycopg.Connection]:
    """An autocommit connection to this test's database."""
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection


@pytest.fixture
def dns(monkeypatch: pytest.MonkeyPatch) -> Iterator[nameserver.Nameserver]:
    """A DNS server on loopback, which is the one that is asked meanwhile."""
    with nameserver.running() as server:
        monkeypatch.setenv("PENSTOCK_DNS", server.address)
        yield server
