"""Machines of a cluster on one machine: a database that listens on a network, and workers that reach it from elsewhere."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.islands import DATABASE, NETWORK, Islands
from penstock.platform import cluster, embedded

URL = f"postgresql://{cluster.SUPERUSER}@{DATABASE}:{cluster.PORT}/{cluster.DATABASE}"
LAUNCH = """
import sys
from pathlib import Path
from penstock.platform import cluster, ownership
home = Path(sys.argv[1])
data, user = home / "postgres", ownership.server_user(home)
ownership.let_through(user, home)
cluster.wait_for_recovery(data, cluster.launch(data, user))
"""
WORKER = "from penstock.delivery import worker; worker.run(1)"


def launch_database(home: Path, islands: Islands) -> None:
    """Start the home's server in the hub, where the islands reach it; by its socket this process does as well."""
    data = embedded.data_folder(home)
    with (data / "postgresql.auto.conf").open("a") as settings:
        settings.write(f"listen_addresses = '{DATABASE}'\n")
    with (data / "pg_hba.conf").open("a") as rules:
        rules.write(f"host all all {NETWORK}.0/24 trust\n")
    subprocess.run([*islands.hub, sys.executable, "-c", LAUNCH, str(home)], check=True)


@contextmanager
def on_island(islands: Islands, island: int, program: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a Python program there; ended in order, or killed after a while, at the end."""
    process = subprocess.Popen(
        [*islands.inside(island), sys.executable, "-c", program],
        env={**os.environ, "PENSTOCK_DATABASE_URL": URL},
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
