"""The first start of `penstock up` prints a link that signs its owner in; it is the only way in, and works once."""

import re
import socket
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.integration.web.test_signing import Browser

PENSTOCK = (sys.executable, "-m", "penstock")


def start(port: int) -> tuple[subprocess.Popen[str], str]:
    """Start it; return the process and what it says until it answers."""
    process = subprocess.Popen(
        [*PENSTOCK, "up", "--port", str(port), "--workers", "0"], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr
    said = ""
    while "answers on" not in said:
        line = process.stderr.readline()
        assert line, said
        said += line
    return process, said


def stop(process: subprocess.Popen[str]) -> str:
    process.terminate()
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    return said


@pytest.mark.timeout(180)
def test_up_prints_a_link_until_somebody_has_signed_in(own_home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process, _ = start(port)
    assert process.stderr
    line = process.stderr.readline()
    found = re.search(
        rf"Sign in as \S+@localhost, once, within 15 minutes: http://127.0.0.1:{port}(/sign-in/\S+)", line
    )
    assert found, line
    until_it_answers(port)
    browser = Browser(port).open(found[1])
    assert browser.press(found[1]).location == "/"
    assert "@localhost" in browser.open("/me").text
    assert stop(process) == ""
    process, said = start(port)
    until_it_answers(port)
    assert "/sign-in/" not in said + stop(process)


def until_it_answers(port: int) -> None:
    for _ in range(100_000):
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse()
            return
        except ConnectionError:
            continue
        finally:
            connection.close()
    raise AssertionError("nothing answers")
