"""The PostgreSQL server that lives in the home: joined, started, recovered, stopped by whoever needs it.

Every process that uses it keeps a mark (`presence`); joining a running server takes no lock. The one that
finds no server starts it under the server lock, so two at once start one. The last living user stops it at
its end; a process killed with SIGKILL leaves a server which the next one joins, and stops when it ends.
Whether a server runs is verified by connecting. As root see `ownership`.
"""

import atexit
import contextlib
import os
import shutil
import socket
import time
from pathlib import Path

from penstock.platform import cluster, ownership, postmaster
from penstock.platform.notice import tell
from penstock.platform.presence import Presence, one_at_a_time
from penstock.platform.trouble import Trouble
from penstock.platform.wheel import newest

_PATIENCE = 3.0  # seconds until a recovering server is mentioned
_RECOVERY_LIMIT = 600.0  # replaying 4 GB of log on a slow disk takes minutes
_LAUNCHES = 5

_presences: dict[Path, Presence] = {}


def data_folder(home: Path) -> Path:
    """Return `<home>/postgres`."""
    return home / "postgres"


def join(home: Path) -> str:
    """Return the URL of the home's server, which answers; starts or recovers it when it does not.

    Cheap when it runs (a few ms, no lock). This process counts as a user of the home until it ends or
    calls `leave`. Raises Trouble.
    """
    home = home.resolve()
    try:
        return _join(home, _presences.setdefault(home, Presence(home)))
    except OSError as error:
        raise cluster.explained(str(error), data_folder(home), "The database cannot be started") from error


def _join(home: Path, mark: Presence) -> str:
    if mark.enter():
        url = _running(home)
        if url:
            return url
    with one_at_a_time(home, "waiting for the database"):
        while not mark.enter():  # exclusive only ever under this lock, so free at once
            time.sleep(0.001)
        return _running(home) or _start(home)


def mark(home: Path) -> None:
    """Make this process known as one that uses the home, where the database is elsewhere."""
    home = home.resolve()
    _presences.setdefault(home, Presence(home)).enter()


def _running(home: Path) -> str | None:
    """Return the URL if a server answers on the home's socket, else None."""
    data = data_folder(home)
    folder = postmaster.socket_of(data)
    if folder is None or not _listens(folder):
        return None
    url = cluster.url_of(folder)
    return url if _answer(url) == "" else None


def _listens(folder: Path) -> bool:
    """Tell within 0.1 ms whether somebody accepts on the socket; no proof that it answers."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as knock:
        try:
            knock.connect(str(folder / f".s.PGSQL.{cluster.PORT}"))
        except OSError:
            return False
    return True


def _answer(url: str) -> str:
    """Connect: empty when the server answers, else why not (`absent` when the database is not made yet)."""
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError as error:
        said = str(error)
        return "absent" if f'database "{cluster.DATABASE}" does not exist' in said else said
    return ""


def _start(home: Path) -> str:
    """Make the data folder if there is none, start the server and wait until it answers. Lock held."""
    data = data_folder(home)
    user = ownership.server_user(home)
    if data.exists() and not user and data.stat().st_uid != os.geteuid():
        raise Trouble(
            f"The database in {data} belongs to another user (uid {data.stat().st_uid}).",
            "Run Penstock as that user, or set PENSTOCK_HOME to a home of your own.",
        )
    if not (data / "PG_VERSION").exists():
        _make(home)
    elif _version(data) != newest() and postmaster.running(data) is None:
        from penstock.platform import upgrade

        upgrade.bring_up(home, user)
    else:
        ownership.let_through(user, home)
    return _until_it_answers(data, user)


def _make(home: Path) -> None:
    data = data_folder(home)
    if data.exists() and any(data.iterdir()):
        raise Trouble(
            f"{data} is there, but holds no database (no PG_VERSION).",
            "Move it away if it is not needed, or restore a backup: penstock restore FILE.",
        )
    data.mkdir(mode=0o700, exist_ok=True)
    user = ownership.server_user(home)
    ownership.let_through(user, home)
    data.rmdir()
    cluster.initialise(data, user)


def _version(data: Path) -> int:
    return int((data / "PG_VERSION").read_text().strip() or 0)


def _until_it_answers(data: Path, user: tuple[int, int] | None) -> str:
    """Launch the postmaster where none lives, and wait through its recovery; launch again if it dies."""
    launched, launches, log_from = 0, 0, 0
    begun = time.monotonic()
    next_word = begun + _PATIENCE
    while True:
        if not postmaster.running(data) and not (launched and postmaster.alive(launched)):
            if launches == _LAUNCHES or (launches and not _worth_another(cluster.log_since(data, log_from))):
                raise cluster.failure(data, cluster.log_since(data, log_from))
            cluster.clear_remains(data, user)
            log_from = cluster.log_of(data).stat().st_size if cluster.log_of(data).exists() else 0
            launched, launches = cluster.launch(data, user), launches + 1
        folder = postmaster.socket_of(data)
        said = _answer(cluster.url_of(folder)) if folder and _listens(folder) else "not listening yet"
        if said == "absent":
            _make_database(folder)
        elif not said:
            return cluster.url_of(folder or data)
        now = time.monotonic()
        if now > next_word:
            tell(f"the database is starting or recovering from a crash ({now - begun:.0f} s so far) …")
            next_word = now + 10
        if now - begun > _RECOVERY_LIMIT:
            raise Trouble(
                f"The database did not answer within {_RECOVERY_LIMIT / 60:.0f} minutes: {said}",
                f"It may still be recovering: see {cluster.log_of(data)}, and try again later.",
            )
        time.sleep(0.005 if now - begun < 2 else 0.1)


def _worth_another(said: str) -> bool:
    """Tell whether the postmaster ended for something that passes: remains of the one before."""
    return "is still in use" in said or "lock file" in said or "shutting down" in said


def _make_database(folder: Path | None) -> None:
    import psycopg

    assert folder is not None
    with psycopg.connect(cluster.url_of(folder, "postgres"), autocommit=True) as conn:
        conn.execute(f'CREATE DATABASE "{cluster.DATABASE}"')


def is_used_here(home: Path) -> bool:
    """Tell whether this process itself counts as a user of the home."""
    found = _presences.get(home.resolve())
    return found is not None and found.entered


def leave(home: Path) -> None:
    """End this process's use of the home; the last one stops the server. Idempotent."""
    home = home.resolve()
    mark = _presences.pop(home, None)
    if mark is None or not mark.entered:
        return
    try:
        with one_at_a_time(home, "waiting to leave the database"):
            if mark.alone():
                cluster.stop(data_folder(home))
    finally:
        mark.leave()


def stop(home: Path) -> bool:
    """Stop the home's server whoever uses it (`penstock down`, restore); True when one ran."""
    home = home.resolve()
    mark = _presences.pop(home, None)
    with one_at_a_time(home, "waiting for the database"):
        stopped = cluster.stop(data_folder(home))
        if mark:
            mark.leave()
        return stopped


@atexit.register
def _leave_all() -> None:
    """At the end of the process: leave every home; an error here must not hide how the command ended."""
    for home in list(_presences):
        if not home.exists():
            _presences.pop(home).leave()
            continue
        with contextlib.suppress(Exception, KeyboardInterrupt):
            leave(home)


def disk_free(home: Path) -> int:
    """Return the bytes free on the disk of the home."""
    return shutil.disk_usage(home).free
