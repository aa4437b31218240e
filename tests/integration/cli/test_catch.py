"""`penstock catch`: a process that says where it catches, and at the end how much."""

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from smtplib import SMTP
from urllib.parse import urlsplit

import pytest

from tests import commands


@pytest.mark.parametrize(
    ("kind", "url"), [("mail", "smtp://127.0.0.1"), ("sms", "smpp://penstock:secret@127.0.0.1")]
)
def test_it_says_where_it_catches_and_how_much_it_has_caught(kind: str, url: str, tmp_path: Path) -> None:
    (tmp_path / "box").mkdir()  # a folder that is there is as good as none
    command = [
        sys.executable,
        "-m",
        "penstock",
        "catch",
        kind,
        "--port",
        "0",
        "--maildir",
        str(tmp_path / "box"),
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        said = process.stderr.readline()
        assert re.fullmatch(rf"catching on {url}:[1-9]\d+\n", said)
        if kind == "mail":
            with SMTP("127.0.0.1", urlsplit(said.split()[-1]).port or 0) as smtp:
                smtp.sendmail("a@example.org", ["b@example.org"], "Subject: Hi\r\n\r\nHi")
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
    assert process.returncode == 0
    caught = "1 messages for 1 recipients" if kind == "mail" else "0 submits for 0 numbers"
    assert said == f"caught {caught}\n"
    assert len(list((tmp_path / "box" / "new").iterdir())) == (kind == "mail")


def test_a_port_that_is_taken_and_a_status_that_is_none_are_refused_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ran = commands.run("catch", "mail", "--port", port)
        assert (ran.returncode, "Choose another with --host and --port." in ran.stderr) == (1, True)
    ran = commands.run("catch", "sms", "--refuse", "*99=gone")
    assert (ran.returncode, "'gone' is no command_status" in ran.stderr) == (2, True)
