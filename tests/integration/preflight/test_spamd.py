"""A real SpamAssassin says what it thinks of messages."""

import os
import socket
import subprocess
from collections.abc import Callable, Iterator

import pytest

from penstock.preflight.analyst import spam
from tests.integration.delivery.stage import eventually

GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"


@pytest.fixture(scope="module")
def spamd(needs: Callable[[str, str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a spamd of the test's own: no network tests, no settings of any user."""
    program, folder = needs("spamd", "spamassassin"), tmp_path_factory.mktemp("spamd")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, "-i", "127.0.0.1", "-p", str(port), "-L", "-x", "-m", "1", "-s", "stderr", "-H", str(folder)],
            stdout=log, stderr=log, env={**os.environ, "HOME": str(folder)},
        )  # fmt: skip
    try:
        eventually(lambda: process.poll() is not None or _listens(port), 60, 0.1)
        assert process.poll() is None, (folder / "log").read_text()
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def _message(text: str) -> bytes:
    lines = ["From: News <news@penstock.io>", "To: anna@example.org", "Subject: This week in the valley",
             "Date: Fri, 22 Nov 2030 08:00:00 +0000", "Message-ID: <1@penstock.io>", "", text, ""]  # fmt: skip
    return "\r\n".join(lines).encode()


def test_a_letter_passes_and_the_test_of_all_filters_does_not(
    spamd: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = spam.ask(spamd, _message("Dear Anna, the river rises and the fish are back."))
    assert good.score < good.threshold
    monkeypatch.setenv("PENSTOCK_SPAMD", spamd)
    figures: dict[str, object] = {}
    [found] = spam.look(_message(GTUBE), figures)
    assert (found.severity, found.code) == ("warning", "spam_score")
    assert "GTUBE" in found.text
