"""One data folder of PostgreSQL: made, started, found alive, stopped. The caller holds the server lock."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from importlib import resources
from pathlib import Path

from penstock.platform import postmaster
from penstock.platform.environment import belong
from penstock.platform.notice import tell
from penstock.platform.socketfolder import socket_folder
from penstock.platform.trouble import Trouble
from penstock.platform.wheel import User, clean_environment, identity, newest, program, run

SUPERUSER = "penstock"
DATABASE = "penstock"
PORT = 5432  # part of the socket's name only: nothing listens on TCP
_LOG_LIMIT = 10_000_000
_STOP_LIMIT_FULL = 3.0
_ROOM = (
    32 * 1024 * 1024
)  # bytes free below which a disk counts as full: a few segments of the write-ahead log
_STOP_LIMIT = 120.0


def url_of(folder: Path | str, database: str = DATABASE) -> str:
    """Return the URL for the server whose socket is in `folder`."""
    from urllib.parse import quote

    return f"postgresql://{SUPERUSER}@/{database}?host={quote(str(folder), safe='/')}&port={PORT}"


def log_of(data: Path) -> Path:
    """Return the server's log: beside the data folder, so that it outlives an upgrade or a restore."""
    return data.with_name(data.name + ".log")


def initialise(data: Path, user: User | None, *options: str, major: int | None = None) -> None:
    """Make a new data folder: under a passing name first, so that a killed attempt leaves nothing half.

    Sorting is by code point (the builtin C.UTF-8 from version 17 on): the same on every machine, so no index
    breaks when the system's collations change. Raises Trouble (disk full, no such user …).
    """
    passing = data.with_name(data.name + ".new")
    shutil.rmtree(passing, ignore_errors=True)
    passing.mkdir(mode=0o700)
    if user:
        os.chown(passing, *user)
    builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if (major or newest()) >= 17 else []
    made = run(
        "initdb", "-D", str(passing), "-U", SUPERUSER, "--encoding=UTF8", "--locale=C", *builtin,
        "--auth-local=trust", "--auth-host=reject", "--no-instructions", *options,
        user=user, major=major,
    )  # fmt: skip
    if made.returncode:
        shutil.rmtree(passing, ignore_errors=True)
        raise explained(made.stderr, data, "The database cannot be made")
    with (passing / "postgresql.conf").open("a") as out:
        out.write("\ninclude_if_exists 'penstock.conf'\n")
    passing.rename(data)


def launch(data: Path, user: User | None, major: int | None = None) -> int:
    """Start a postmaster that belongs to nobody's terminal and to no parent of ours; return its pid.

    A shell in between starts it and ends, so the system's first process becomes its parent and reaps it:
    a child of ours would stay a zombie, and its pid would look alive.
    """
    sockets = socket_folder(data, user)
    settings = resources.files("penstock.platform").joinpath("postgresql.conf").read_text()
    write_settings(data, settings, user)
    log = _fresh_log(data)
    quoted = '"' + str(sockets).replace('"', '""') + '"'
    command = [program("postgres", major), "-D", str(data), "-p", str(PORT)]
    command += ["-c", f"unix_socket_directories={quoted}"]
    started = subprocess.run(
        ["/bin/sh", "-c", '"$@" </dev/null >&2 & echo $!', "sh", *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=log,
        check=True,
        cwd="/",
        env=clean_environment(),
        start_new_session=True,
        **identity(user),
    )
    os.close(log)
    return int(started.stdout)


def wait_for_recovery(data: Path, pid: int) -> None:
    """Wait until the postmaster `pid`, just launched, is ready, however long its log; Trouble if it ends."""
    while postmaster.status(data) != "ready":
        if not postmaster.alive(pid):
            raise failure(data, log_since(data, 0))
        time.sleep(0.02)


def write_settings(data: Path, text: str, user: User | None) -> None:
    """Write our settings into the data folder, whole or not at all. Raises Trouble when the disk is full."""
    passing = data / "penstock.conf.new"
    try:
        passing.write_text(text)
        if user:
            os.chown(passing, *user)
        passing.replace(data / "penstock.conf")
    except OSError as error:
        raise explained(str(error), data, "The database cannot be started") from error


def _fresh_log(data: Path) -> int:
    log = log_of(data)
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.replace(log.with_name(log.name + ".1"))
    new = not log.exists()
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    if new:
        belong(log, log.parent)
    return descriptor


def log_since(data: Path, offset: int) -> str:
    """Return what the server wrote to its log after `offset` bytes, at most the last 4 kB of it."""
    try:
        with log_of(data).open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(offset, size - 4096) if size >= offset else 0)
            return log.read().decode(errors="replace")
    except FileNotFoundError:
        return ""


def failure(data: Path, said: str) -> Trouble:
    """Return the Trouble that explains why the postmaster ended, from the last lines of its log."""
    return explained(said, data, "The embedded PostgreSQL does not start")


def explained(said: str, data: Path, what: str) -> Trouble:
    """Return the Trouble for what PostgreSQL or the system said; `what` is the sentence's beginning."""
    last = "\n".join("    " + line for line in said.strip().splitlines()[-5:])
    log = log_of(data)
    if "No space left on device" in said or "Disk quota exceeded" in said:
        free = shutil.disk_usage(data.parent).free // 1_000_000
        return Trouble(
            f"{what}: the disk that holds {data.parent} is full ({free} MB free).",
            "Free some space and run the command again; what was committed is safe.",
        )
    if "could not look up effective user ID" in said:
        return Trouble(
            f"{what}: the user id {os.geteuid()} has no name on this system.",
            "Run as a user that exists in /etc/passwd, or set PENSTOCK_DATABASE_URL.",
        )
    if "shared memory" in said and "could not" in said:
        return Trouble(
            f"{what}: no shared memory.\n{last}", "Give the machine or container more memory or /dev/shm."
        )
    if "Permission denied" in said:
        return Trouble(
            f"{what}: permission denied.\n{last}",
            f"Everything in {data} must belong to one user, and every folder above it must let that user through.",
        )
    return Trouble(f"{what}.\n{last}", f"The whole story is in {log}.")


def stop(data: Path) -> bool:
    """Stop the postmaster of this folder, if one runs; True when one did. Committed work is kept.

    A fast shutdown: clients are disconnected, a checkpoint is written. After two minutes an immediate one
    (the next start recovers); on a full disk after seconds, because the checkpoint cannot be written there.
    """
    pid, sockets = postmaster.running(data), postmaster.socket_of(data)
    if pid is None:
        return False
    patience = _STOP_LIMIT if shutil.disk_usage(data).free > _ROOM else _STOP_LIMIT_FULL
    for kind in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        try:
            os.kill(pid, kind)
        except ProcessLookupError:
            break
        if postmaster.wait_until_gone(data, pid, patience if kind == signal.SIGINT else 10.0):
            break
        tell(
            f"PostgreSQL (pid {pid}) does not stop; {'ending it hard' if kind == signal.SIGINT else 'killing it'}"
        )
    if sockets and sockets != data:
        with contextlib.suppress(OSError):  # the short folder in /tmp; stays when it is not empty
            sockets.rmdir()
    return True


def clear_remains(data: Path, user: User | None) -> None:
    """Remove what a killed postmaster left: its lock files, and backends that still hold the shared memory.

    PostgreSQL itself refuses to start while the pid in such a file belongs to *any* process it may signal
    (a zombie, or one that got the number later), and while an orphaned backend lives. An orphan notices
    by itself within a moment; one in the midst of a long statement is ended after 1 s. Nothing is lost:
    what it did was never committed.
    """
    (data / "postmaster.pid").unlink(missing_ok=True)
    (socket_folder(data, user) / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
    deadline = time.monotonic() + 1.0
    while (orphans := postmaster.processes(data)) and time.monotonic() < deadline:
        time.sleep(0.01)
    for pid in orphans:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    deadline = time.monotonic() + 5.0
    while postmaster.processes(data) and time.monotonic() < deadline:
        time.sleep(0.01)
