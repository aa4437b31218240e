"""What `doctor` asks of the machine, the home and the database."""

import os
import shutil
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from penstock.platform import (
    belonging,
    embedded,
    environment,
    migrate,
    ownership,
    pooler,
    postmaster,
    presence,
)
from penstock.platform.doctor import Finding

_MB = 1_000_000
_LITTLE, _TOO_LITTLE = 2_000 * _MB, 200 * _MB
_SKEW = 2.0  # seconds between this clock and the database's that start to matter for plans and leases


def python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info < (3, 11):  # noqa: UP036 - a tree on PYTHONPATH runs under any Python
        return Finding("fail", f"Python is {version}; 3.11 or newer is needed.", "Install a newer Python.")
    return Finding("ok", f"Python {version}.")


def home() -> Finding:
    place = environment.home()
    mode = place.stat().st_mode & 0o777
    # In a folder with an access list the group bits show the list's mask, not what the group may do.
    mode &= ~0o070 if ownership.has_list(place) else 0o777
    if not os.access(place, os.R_OK | os.W_OK | os.X_OK):
        return Finding(
            "fail",
            f"The home {place} may not be written to.",
            f"chown it to the user that runs Penstock: chown -R $USER {place}",
        )
    if mode & 0o077:
        cure = f"chmod 700 {place}"
        if os.geteuid() == 0 and not ownership.has_list(place):
            # PostgreSQL's user walks in as any other does: it is let through by name when it starts, and only then.
            cure = f"penstock down && {cure}"
        return Finding("warn", f"The home {place} is open to other users (mode {mode:04o}).", cure)
    return Finding("ok", f"The home is {place}.")


def disk() -> Finding:
    free = shutil.disk_usage(environment.home()).free
    what = f"{free // _MB:,} MB are free on the disk of the home."
    if free < _TOO_LITTLE:
        return Finding("fail", what, "Free some space: the database stops when the disk is full.")
    if free < _LITTLE:
        return Finding("warn", what, "Free some space: a million messages need about 500 MB.")
    return Finding("ok", what)


def secret_key() -> Finding:
    if os.environ.get("PENSTOCK_SECRET_KEY", "").strip():
        environment.secret_key()  # raises Trouble when it is too short
        return Finding("ok", "The secret key is given by PENSTOCK_SECRET_KEY.")
    file = environment.home() / environment.SECRET_KEY_FILE
    if not file.exists():
        return Finding("ok", "There is no secret key yet; the first start makes it.")
    environment.secret_key()
    mode = file.stat().st_mode & 0o777
    if mode & 0o077:
        return Finding(
            "fail", f"The secret key {file} can be read by others (mode {mode:04o}).", f"chmod 600 {file}"
        )
    return Finding("ok", f"The secret key is {file}. A backup contains it.")


def base_url() -> Finding:
    url = environment.base_url()
    if not environment.base_url_is_public():
        return Finding(
            "warn",
            f"The base URL {url} is not public: unsubscribe links are replaced by mailto.",
            "Set PENSTOCK_BASE_URL to the https address under which recipients reach `penstock web`.",
        )
    request = urllib.request.Request(f"{url}/healthz", headers={"User-Agent": "penstock-doctor"})  # noqa: S310 - http(s) only, checked by base_url
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
            status = answer.status
    except (OSError, ValueError) as error:
        return Finding(
            "fail",
            f"{url}/healthz does not answer: {getattr(error, 'reason', error)}.",
            "Start `penstock web` or `penstock up`, and see that the proxy and the firewall lead there.",
        )
    if not url.startswith("https:"):
        return Finding(
            "warn",
            f"{url} answers, but without TLS.",
            "Use https: mail programs ignore one-click links without it (RFC 8058 §3.1).",
        )
    return Finding("ok", f"{url}/healthz answers ({status}).")


def servers_left() -> list[Finding]:
    """PostgreSQL servers of ours that nobody uses: their command was killed, or their home removed."""
    place = environment.home().resolve()
    findings = []
    for pid, folder in postmaster.everywhere():
        if not Path(folder).is_dir():
            findings.append(
                Finding(
                    "warn",
                    f"A PostgreSQL server (pid {pid}) runs on {folder}, which is gone.",
                    f"kill -QUIT {pid}",
                )
            )
    own = postmaster.running(embedded.data_folder(place))
    if own and not presence.others(place) and not embedded.is_used_here(place):
        findings.append(
            Finding(
                "warn",
                f"The database (pid {own}) runs, but no command uses it.",
                "The next command stops it when it ends; or: penstock down",
            )
        )
    return findings or [Finding("ok", "No server was left behind.")]


def permissions() -> Finding:
    if os.geteuid() != 0:
        return Finding("ok", "Not running as root.")
    place = environment.home()
    user = ownership.server_user(place)
    folders = [str(folder) for folder in ownership.granted(place, user)]
    through = f" It may walk (only walk) through: {', '.join(folders)}." if folders else ""
    return Finding("ok", f"Running as root; PostgreSQL runs as user id {user[0] if user else 0}.{through}")


def version(conn: psycopg.Connection[Any]) -> Finding:
    migrate.check_server(conn)  # raises Trouble: too old, transaction pooling
    number = conn.info.server_version
    where = "given by PENSTOCK_DATABASE_URL" if environment.given_database_url() else "embedded"
    between = " A pooler in session mode stands in between." if pooler.is_pooled(conn) else ""
    return Finding("ok", f"PostgreSQL {number // 10_000}.{number % 10_000} ({where}) answers.{between}")


def writable(conn: psycopg.Connection[Any]) -> Finding:
    row = conn.execute(
        "select pg_is_in_recovery(), current_setting('fsync'), current_setting('synchronous_commit'), "
        "current_setting('full_page_writes')"
    ).fetchone()
    assert row is not None
    if row[0]:
        return Finding(
            "fail",
            "The database is a replica and takes no changes.",
            "Point PENSTOCK_DATABASE_URL at the primary.",
        )
    if row[1] == "off" or row[2] == "off" or row[3] == "off":
        return Finding(
            "fail",
            f"The database may lose committed work: fsync {row[1]}, synchronous_commit {row[2]}, full_page_writes {row[3]}.",
            "Set all three on: after a crash messages would be sent twice.",
        )
    return Finding("ok", "The database keeps what it committed (fsync, synchronous_commit).")


def schema(conn: psycopg.Connection[Any]) -> Finding:
    if migrate.is_current(conn):
        return Finding("ok", "The schema is this version's.")
    return Finding(
        "warn",
        "The schema is not this version's yet.",
        "Run `penstock migrate`; any command that needs it does so too.",
    )


def key_of_database(conn: psycopg.Connection[Any]) -> Finding:
    known = migrate.marker(conn).key
    belonging.refuse_other_key(known)  # raises Trouble
    return Finding("ok", "The database belongs to this secret key." if known else "It belongs to no key yet.")


def clock(conn: psycopg.Connection[Any]) -> Finding:
    before = time.time()
    row = conn.execute("select extract(epoch from clock_timestamp())::float8").fetchone()
    assert row is not None
    skew = row[0] - (before + time.time()) / 2
    if abs(skew) > _SKEW:
        return Finding(
            "fail" if abs(skew) > 30 else "warn",
            f"The database's clock differs from this machine's by {skew:+.1f} s.",
            "Run an NTP client (chrony, systemd-timesyncd) on both.",
        )
    return Finding("ok", "The database's clock agrees with this machine's.")


def connections(conn: psycopg.Connection[Any]) -> Finding:
    row = conn.execute(
        "select current_setting('max_connections')::int, count(*) from pg_stat_activity where backend_type = 'client backend'"
    ).fetchone()
    assert row is not None
    what = f"{row[1]} of {row[0]} connections are in use."
    return (
        Finding("warn", what, "Raise max_connections to 100 or more.")
        if row[0] < 50 or row[1] > 0.8 * row[0]
        else Finding("ok", what)
    )


def workers(conn: psycopg.Connection[Any]) -> Finding:
    row = conn.execute("select to_regclass('public.delivery_sender')").fetchone()
    if row is None or row[0] is None:
        return Finding("ok", "No worker runs.")
    row = conn.execute(
        "select count(*) from delivery_sender where ended_at is null and beat_at > now() - interval '10 s'"
    ).fetchone()
    assert row is not None
    if row[0]:
        return Finding("ok", f"{row[0]} sender processes are running.")
    return Finding(
        "ok",
        "No worker runs: `penstock send` and `mailing watch --work` send by themselves; `penstock up` starts one.",
    )


OF_THE_MACHINE: list[tuple[str, Callable[[], Finding | list[Finding]]]] = [
    ("python", python),
    ("home", home),
    ("disk", disk),
    ("secret key", secret_key),
    ("base URL", base_url),
    ("permissions", permissions),
    ("servers left behind", servers_left),
]
OF_THE_DATABASE: list[tuple[str, Callable[[psycopg.Connection[Any]], Finding | list[Finding]]]] = [
    ("database", version),
    ("durability", writable),
    ("schema", schema),
    ("key of the database", key_of_database),
    ("clock", clock),
    ("connections", connections),
    ("workers", workers),
]
