"""One site for the tests of a module; an account of its own for each test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.acceptance.procedures.office import Office
from tests.acceptance.procedures.site import Site, running


@pytest.fixture(scope="module")
def site(module_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """`penstock web`, `penstock worker` and a catching server, shared by the tests of a module."""
    folder: Path = tmp_path_factory.mktemp("site")
    with running(folder) as site:
        yield site


@pytest.fixture
def office(site: Site) -> Callable[..., Office]:
    """`office(four_eyes="on")` makes an account with these policies."""
    return lambda **policies: Office(site, **policies)
