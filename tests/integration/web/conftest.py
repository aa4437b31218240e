"""`penstock web` on a free port, on a database of the module's own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def weblog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where `web` writes what it has to say."""
    return tmp_path_factory.mktemp("web") / "log"


@pytest.fixture(scope="module")
def port(module_database: str, weblog: Path) -> Iterator[int]:
    """The port on which it answers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = free.getsockname()[1]
    with weblog.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "penstock", "web", "--port", str(number)],
            env=os.environ | {"PENSTOCK_DATABASE_URL": module_database}, stderr=out, stdout=out,
        )  # fmt: skip
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None:
            try:
                connection = HTTPConnection("127.0.0.1", number, timeout=30)
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    break
            except OSError:
                continue
        yield number
    finally:
        process.terminate()
        assert process.wait(15) == 0
