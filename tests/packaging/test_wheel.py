"""The wheel holds everything the source holds: SQL, pages and samples are easily forgotten."""

import subprocess
import sys
import zipfile
from pathlib import Path

_SOURCE = Path(__file__).parents[2] / "src"


def test_the_wheel_holds_every_file_of_the_source(tmp_path: Path) -> None:
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
    ]
    subprocess.run([*build, "--wheel-dir", str(tmp_path), str(_SOURCE.parent)], check=True)
    [wheel] = tmp_path.glob("penstock-*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    source = {
        file.relative_to(_SOURCE).as_posix()
        for file in (_SOURCE / "penstock").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert not source - held
    assert "penstock = penstock.cli:main" in zipfile.ZipFile(wheel).read(_entry_points(held)).decode()


def _entry_points(held: set[str]) -> str:
    return next(name for name in held if name.endswith("entry_points.txt"))
