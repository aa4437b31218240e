"""What pip cannot bring: programs of the system that some tests need."""

import os
import shutil
from typing import NoReturn

import pytest

# Debian keeps servers here, and leaves it out of an ordinary user's PATH.
_PLACES = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])


def found(program: str) -> str | None:
    """The path of a program of the system; None without it."""
    return shutil.which(program, path=_PLACES)


def needs(program: str, package: str) -> str:
    """Return the program's path; without it the test is skipped, naming the Debian package that brings it.

    With PENSTOCK_TEST_ALL=1, which .ci/run sets after installing the packages, the test fails instead.
    """
    return found(program) or missing(f"{program} is not installed: apt install {package}")


def missing(what: str) -> NoReturn:
    """Skip the test for `what` it lacks, or fail it where everything was promised (PENSTOCK_TEST_ALL=1)."""
    if os.environ.get("PENSTOCK_TEST_ALL") == "1":
        pytest.fail(f"{what} (PENSTOCK_TEST_ALL=1 allows no skip)", pytrace=False)
    pytest.skip(what)
