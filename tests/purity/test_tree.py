"""What no file of the repository may hold, and what every module must."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_MODULES = sorted((_ROOT / "src").rglob("*.py"))
_WRITTEN = [module for module in _MODULES if "migrations" not in module.parts]

_BUILT = {".venv", "build", "dist", "node_modules", "__pycache__"}
_REGISTRY = re.compile(
    r"pypi[.]org|pythonhosted[.]org|registry[.]npmjs|deb[.]debian|proxy[.]golang|--find-links|--index-url"
)
_MACHINE = re.compile(r"(?<![\w.])/(?:home|root|Users|work|farm|opt)/\w")
_VAGUE = {"utils", "util", "helpers", "common", "services", "manager", "managers", "misc"}
_LONGEST = 400


def _texts() -> list[tuple[str, str]]:
    """Return the repository's text files: those git knows, or all that are not built where there is no git."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=_ROOT, capture_output=True, text=True, check=False)
    names = listed.stdout.split("\0")[:-1] if listed.returncode == 0 else _walked()
    files = [(name, (_ROOT / name)) for name in names if (_ROOT / name).is_file()]
    return [
        (name, text.decode())
        for name, file in files
        if b"\0" not in (text := file.read_bytes()) and _is_utf8(text)
    ]


def _walked() -> list[str]:
    files = (file.relative_to(_ROOT) for file in _ROOT.rglob("*") if file.is_file())
    return [str(file) for file in files if not _BUILT & set(file.parts) and not file.parts[0].startswith(".")]


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.parametrize(
    ("pattern", "excepted"),
    [
        pytest.param(_REGISTRY, {"tests/purity/test_tree.py"}, id="registry"),
        pytest.param(_MACHINE, set(), id="machine"),
    ],
)
def test_no_file_names_a_registry_or_a_path_of_one_machine(
    pattern: re.Pattern[str], excepted: set[str]
) -> None:
    """Which index is asked, and where things lie, is the business of the machine that installs."""
    found = [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in _texts()
        if name not in excepted
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found


@pytest.mark.parametrize(
    "line", ["cd /work" + "/penstock", "open('/root" + "/x')", "/home" + "/ann/penstock"]
)
def test_a_path_of_one_machine_is_recognised(line: str) -> None:
    assert _MACHINE.search(line)


def test_no_module_is_too_long() -> None:
    lengths = {str(module.relative_to(_ROOT)): len(module.read_text().splitlines()) for module in _WRITTEN}
    assert not {name: length for name, length in lengths.items() if length > _LONGEST}


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        m for m in _WRITTEN if (text := m.read_text()).strip() and not ast.get_docstring(ast.parse(text))
    ]
    assert not silent


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert not [module for module in _WRITTEN if module.stem in _VAGUE or module.parent.name in _VAGUE]
