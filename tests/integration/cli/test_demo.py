"""The demo: all in one go, in a home of its own, with something of everything."""

import json
import os
import signal
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests import commands

PENSTOCK = (sys.executable, "-m", "penstock")


@pytest.mark.timeout(180)
def test_the_demo_sends_and_leaves_real_data_alone(own_home: Path) -> None:
    ran = subprocess.run(
        [*PENSTOCK, "demo", "--exit", "--contacts", "60"], capture_output=True, text=True, timeout=150, check=False,
        env=os.environ | {"PENSTOCK_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert str(own_home / "demo") in ran.stderr
    assert not (own_home / "postgres").exists()  # the home itself was not touched
    assert "warning" not in ran.stderr
    told = json.loads(_again(own_home, "mailing", "show", "1", "--json"))
    assert told["state"] == "sent"
    figures = told["progress"]
    assert (figures["recipients"], figures["bounced"], figures["skipped"]) == (60, 3, 1)
    assert figures["accepted"] == 56  # the two that were deferred came through
    page = (own_home / "demo" / "caught" / "sample.html").read_text()
    assert "Good morning" in page
    assert "/u/" in page
    short = json.loads(_again(own_home, "mailing", "show", "2", "--json"))
    assert (short["channel"], short["state"]) == ("sms", "sent")
    figures = short[
        "progress"
    ]  # of the 18 with a telephone the centre refused one, and did not reach another
    assert (figures["recipients"], figures["delivered"], figures["bounced"], figures["skipped"]) == (
        60,
        16,
        2,
        42,
    )
    [answer] = json.loads(_again(own_home, "sms", "inbox", "--json"))
    assert (answer["text"], answer["done"]) == ("STOP", "unsubscribed")
    assert "telephones write it as UCS-2, for" in ran.stderr


@pytest.mark.timeout(180)
def test_the_demo_stays_and_its_unsubscribe_link_works(own_home: Path) -> None:
    process = subprocess.Popen(
        [*PENSTOCK, "demo", "--contacts", "20", "--port", "0"], stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr
        said = ""
        while "until Ctrl-C" not in said:
            line = process.stderr.readline()
            assert line, said
            said += line
        page = (own_home / "demo" / "caught" / "sample.html").read_text()
        link = urlsplit("http://" + page.split('href="http://')[-1].split('"')[0])
        status = _post(link.hostname or "", link.port or 0, link.path)
        assert status == 200
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert process.returncode == 0


def _again(home: Path, *arguments: str) -> str:
    """What a command says of the demo's home afterwards."""
    ran = commands.run(*arguments, env=os.environ | {"PENSTOCK_HOME": str(home / "demo")})
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def _post(host: str, port: int, path: str) -> int:
    until = time.monotonic() + 60
    while True:
        connection = HTTPConnection(host, port, timeout=60)
        try:
            connection.request(
                "POST",
                path,
                "List-Unsubscribe=One-Click",
                {"Content-Type": "application/x-www-form-urlencoded"},
            )
            return connection.getresponse().status
        except ConnectionError:
            assert time.monotonic() < until
        finally:
            connection.close()
