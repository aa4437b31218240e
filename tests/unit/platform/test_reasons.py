"""The cause in what a failed connection or an unusable file says."""

from pathlib import Path

import psycopg
import pytest

from penstock.platform import archive
from penstock.platform.database import unreachable
from penstock.platform.trouble import Trouble

REFUSED = 'connection to server at "127.0.0.1", port 9 failed: Connection refused'
HINT = "\n\tIs the server running on that host and accepting TCP/IP connections?"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (f"connection failed: {REFUSED}{HINT}", f"The database cannot be reached: {REFUSED}"),
        (
            f"Multiple connection attempts failed. All failures were:\n- host: 'x': {REFUSED}{HINT}\n- host: 'y'",
            f"The database cannot be reached: Multiple connection attempts failed. All failures were: - host: 'x': {REFUSED}",
        ),
        (
            "connection to server failed: could not use SSL\nconnection to server failed: FATAL:  password authentication"
            " failed for user x",
            "The database refused the log-in: connection to server failed: FATAL: password authentication failed for user x",
        ),
        ("", "The database cannot be reached: OperationalError"),
    ],
)
def test_a_failed_connection_says_why(monkeypatch: pytest.MonkeyPatch, said: str, told: str) -> None:
    monkeypatch.setenv("PENSTOCK_DATABASE_URL", "postgresql://x@127.0.0.1:9/x")
    assert str(unreachable(psycopg.OperationalError(said))).splitlines()[0] == told


@pytest.mark.parametrize("content", [b"", b"email\na@example.org\n", bytes(5000), b"\x1f\x8b\x08\x00cut"])
def test_a_file_that_is_no_backup_takes_one_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(content)
    with pytest.raises(Trouble) as raised:
        archive.read_manifest(file)
    assert str(raised.value).splitlines()[0] == f"{file} is no backup of Penstock, or it is damaged."


def test_a_folder_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match=r"or it is damaged \(Is a directory\)\."):
        archive.read_manifest(tmp_path)
