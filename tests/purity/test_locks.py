"""The locked requirements: complete, hashed, and true to pyproject.toml."""

import re
import tomllib
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_PROJECT = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
_EXTRAS = _PROJECT["project"]["optional-dependencies"]
_RUNTIME = _PROJECT["project"]["dependencies"]
_ASKED = {
    "build": _PROJECT["build-system"]["requires"],
    "runtime": _RUNTIME,
    "test": _RUNTIME + _EXTRAS["test"],
    "dev": _RUNTIME + _EXTRAS["test"] + _EXTRAS["dev"],
}


def _name(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def _locked(lock: str) -> dict[str, str]:
    """Return each locked requirement by name, its hashes included."""
    text = (_ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {_name(line): line for line in lines}


@pytest.mark.parametrize("lock", _ASKED)
def test_a_lock_holds_everything_asked_for(lock: str) -> None:
    assert {_name(requirement) for requirement in _ASKED[lock]} <= _locked(lock).keys(), "run: make lock"


@pytest.mark.parametrize("lock", _ASKED)
def test_every_locked_requirement_has_one_version_and_its_hashes(lock: str) -> None:
    assert not [line for line in _locked(lock).values() if "==" not in line or "--hash=sha256:" not in line]


@pytest.mark.parametrize(("small", "large"), [("runtime", "test"), ("test", "dev")])
def test_the_locks_agree(small: str, large: str) -> None:
    larger = _locked(large)
    assert not [name for name, line in _locked(small).items() if larger.get(name) != line]
