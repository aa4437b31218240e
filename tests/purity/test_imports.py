"""Which modules stay free of Django and of the database driver, proven by importing them."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

_ROOT = Path(__file__).parents[2]


def _configuration() -> dict[str, Any]:
    return tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]


def _pure_contract() -> dict[str, list[str]]:
    return next(c for c in _configuration()["importlinter"]["contracts"] if c["id"] == "pure")


def _every_module(package: str) -> list[str]:
    """Return the module, or all modules of the package, that the name stands for."""
    place = _ROOT / "src" / Path(*package.split("."))
    if not place.is_dir():
        return [package]
    files = sorted(place.rglob("*.py"))
    names = [".".join(file.relative_to(_ROOT / "src").with_suffix("").parts) for file in files]
    return [name.removesuffix(".__init__") for name in names if not name.endswith("__main__")]


def _loaded_by(*modules: str) -> set[str]:
    """Return the top-level packages that a fresh interpreter holds after importing the modules."""
    program = f"import sys, {', '.join(modules)}; print(*{{name.split('.')[0] for name in sys.modules}})"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return set(ran.stdout.split())


def test_a_pure_module_loads_neither_django_nor_a_driver() -> None:
    """All in one interpreter, which is clean when each is; one by one only to find the one that is not."""
    contract = _pure_contract()
    pure = [module for name in contract["source_modules"] for module in _every_module(name)]
    forbidden = set(contract["forbidden_modules"])
    if _loaded_by(*pure) & forbidden:
        assert [module for module in pure if _loaded_by(module) & forbidden] == []


@pytest.mark.parametrize("module", ["penstock.delivery.sender", "penstock.cli"])
def test_what_must_start_fast_loads_no_django(module: str) -> None:
    """Importing Django takes 0.4 s; the sender process and most commands have no use for it."""
    assert "django" not in _loaded_by(module)


def test_the_pure_modules_are_the_strictly_typed_ones() -> None:
    overrides = _configuration()["mypy"]["overrides"]
    strict = next(o["module"] for o in overrides if "warn_return_any" in o)
    assert [name.removesuffix(".*") for name in strict] == _pure_contract()["source_modules"]
