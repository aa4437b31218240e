"""PgBouncer before the database: in transaction mode it is refused, in session mode it may stay."""

import pwd
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from penstock.platform import database as platform_database
from penstock.platform import doctor
from penstock.platform.trouble import Trouble

PORT = 6543


@contextmanager
def pgbouncer(program: str, mode: str, database: str, folder: Path, until) -> Iterator[str]:
    """Run PgBouncer before `database` on a socket in `folder`; give the URL through it."""
    target = parse_qs(urlsplit(database).query)["host"][0]
    name = urlsplit(database).path[1:]
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n{name} = host={target} port=5432 user=penstock\n[pgbouncer]\nlisten_addr =\nlisten_port = {PORT}\n"
        f"unix_socket_dir = {folder}\nauth_type = any\npool_mode = {mode}\nserver_round_robin = 1\n"
        f"ignore_startup_parameters = extra_float_digits\nlogfile = {folder}/log\n"
    )
    # PgBouncer refuses root; under the server's user it may enter the folder with the socket.
    user = Path(target).stat().st_uid
    folder.chmod(0o777)
    options = {"user": user, "group": pwd.getpwuid(user).pw_gid, "extra_groups": []}
    running = subprocess.Popen([program, str(folder / "pgbouncer.ini")], stderr=subprocess.DEVNULL, **options)
    try:
        until(lambda: (folder / f".s.PGSQL.{PORT}").exists(), "PgBouncer listens")
        yield f"postgresql://penstock@/{name}?host={folder}&port={PORT}"
    finally:
        running.kill()
        running.wait()


@pytest.mark.parametrize("mode", ["transaction", "session"])
def test_transaction_pooling_is_refused(needs, penstock_home, database, monkeypatch, until, mode, own_home):
    key = (penstock_home / "secret.key").read_text().strip()
    program = needs("pgbouncer", "pgbouncer")
    with pgbouncer(program, mode, database, own_home, until) as url:
        monkeypatch.setenv("PENSTOCK_DATABASE_URL", url)
        if mode == "session":
            # The home is another than the one whose key the database belongs to.
            monkeypatch.setenv("PENSTOCK_SECRET_KEY", key)
            assert platform_database.ready() == url
            found = [finding for finding in doctor.examine() if finding.name == "database"]
            assert [finding.level for finding in found] == ["ok"]
            assert "pooler in session mode" in found[0].what
        else:
            with pytest.raises(Trouble, match="transaction mode") as refused:
                platform_database.ready()
            assert "pool_mode = session" in refused.value.cure
            found = [finding for finding in doctor.examine() if finding.name == "database"]
            assert [finding.level for finding in found] == ["fail"]
