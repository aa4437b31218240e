"""The listener offers TLS (RFC 3207) where it has a certificate: what was said before is forgotten, and nothing slips in behind it."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.x509 import load_pem_x509_certificate

from penstock.account import domains
from penstock.cli.endings import Failure
from penstock.cli.receiving import listen
from penstock.feedback import doctor, strays, way_back
from penstock.feedback.inbound.certificate import Certificate, CertificateError
from penstock.platform import connections
from tests.integration.delivery.stage import ANNA, eventually
from tests.integration.feedback.lmtp import listening
from tests.integration.transport.certificates import Authority

Conn = psycopg.Connection[Any]
LETTER = b"From: someone@example.net\r\nSubject: hello\r\n\r\nWho are you?\r\n"
OURS = "fbl@example.org"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    made = Authority(tmp_path)
    made.server("mx.example.org")
    return made


@pytest.fixture
def certificate(authority: Authority) -> Certificate:
    file = authority.folder / "server.pem"
    return Certificate(file, file)


@pytest.fixture
def port(conn: Conn, certificate: Certificate) -> Iterator[int]:
    domains.create(conn, 1, name="example.org", spf="mx", actor=ANNA)
    try:
        with listening(smtp=True, certificate=certificate) as found:
            yield found
    finally:
        connections.close()


def trusting(authority: Authority) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=authority.file)


def begun(authority: Authority, port: int) -> smtplib.SMTP:
    """A connection with TLS, to the name in the certificate."""
    client = smtplib.SMTP("127.0.0.1", port, timeout=20)
    client._host = "mx.example.org"  # type: ignore[attr-defined]
    assert client.starttls(context=trusting(authority))[0] == 220
    return client


def shows_the_file(authority: Authority, port: int) -> bool:
    """Whether the certificate that the listener shows is the one that is in the file now."""
    with begun(authority, port) as client:
        assert isinstance(client.sock, ssl.SSLSocket)
        shown = client.sock.getpeercert(binary_form=True)
    assert shown
    return ssl.DER_cert_to_PEM_cert(shown) == _pem(authority)


def _pem(authority: Authority) -> str:
    found = load_pem_x509_certificate((authority.folder / "server.pem").read_bytes())
    return found.public_bytes(serialization.Encoding.PEM).decode()


def test_what_was_said_before_tls_is_forgotten(authority: Authority, port: int, conn: Conn) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        client.ehlo("before.example")
        assert client.has_extn("starttls")
        client.mail("someone@example.net")
        assert client.rcpt(OURS)[0] == 250
        client._host = "mx.example.org"  # type: ignore[attr-defined]
        assert client.docmd("STARTTLS now")[0] == 501
        assert client.docmd("STARTTLS")[0] == 220
        assert client.sock is not None
        client.sock = trusting(authority).wrap_socket(client.sock, server_hostname="mx.example.org")
        client.file = None
        assert client.docmd("DATA")[0] == 503  # neither greeted nor told for whom
        assert client.ehlo("after.example")[0] == 250
        assert [client.has_extn(name) for name in ("starttls", "auth", "pipelining")] == [False, False, True]
        assert client.docmd("AUTH PLAIN AGEAYg==")[0] == 502
        assert client.docmd("STARTTLS")[0] == 503
        assert client.docmd("DATA")[0] == 503
        client.sendmail("someone@example.net", [OURS], LETTER)
    (stray,) = strays.page(conn, None, limit=5)
    assert stray.door == "smtp"


def test_nothing_slips_in_between_the_command_and_tls(authority: Authority, port: int) -> None:
    """Command injection: what somebody on the way appends to STARTTLS is not read as if it had come over TLS."""
    with socket.create_connection(("127.0.0.1", port), 20) as raw:
        assert raw.recv(200).startswith(b"220 ")
        raw.sendall(b"STARTTLS\r\nEHLO injected.example\r\n")
        assert raw.recv(200).startswith(b"554 5.5.0")
        assert raw.recv(200) == b""
    with socket.create_connection(("127.0.0.1", port), 20) as raw:
        raw.recv(200)
        raw.sendall(b"STARTTLS\r\n")
        assert raw.recv(200).startswith(b"220 ")
        raw.sendall(b"EHLO injected.example\r\n" * 10)  # instead of a handshake
        assert b"250" not in _rest(raw)
    with begun(authority, port) as client:
        assert client.noop()[0] == 250


def test_who_fails_at_the_handshake_is_counted_no_longer(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scanners do that all day long: each would keep the place of a mail server until the listener is started anew."""
    monkeypatch.setattr("penstock.feedback.inbound.listener.CONNECTIONS", 1)
    monkeypatch.setattr("asyncio.constants.SSL_HANDSHAKE_TIMEOUT", 0.3)

    def entered() -> socket.socket | None:
        raw = socket.create_connection(("127.0.0.1", port), 20)
        if raw.recv(200).startswith(b"220 "):
            return raw
        raw.close()
        return None

    for words, waits in ((b"no handshake\r\n", True), (b"", False), (b"", True)):  # garbage, gone, silent
        with eventually(entered) as raw:
            raw.sendall(b"STARTTLS\r\n")
            assert raw.recv(200).startswith(b"220 ")
            raw.sendall(words)
            if waits:
                _rest(raw)
    with eventually(entered):
        pass


def _rest(raw: socket.socket) -> bytes:
    found = b""
    try:
        while more := raw.recv(1000):
            found += more
    except ConnectionResetError:
        pass
    return found


def test_a_renewed_certificate_is_shown_from_then_on(
    authority: Authority, certificate: Certificate, port: int, conn: Conn
) -> None:
    assert shows_the_file(authority, port)
    (end,) = eventually(lambda: way_back.certificates(conn))
    assert end == certificate.until.replace(second=0)
    assert way_back.ways(conn, 1)[0].listeners == 1
    (finding,) = doctor.check_certificates(conn)
    assert (finding.level, "ends at" in finding.what) == (
        "warn",
        True,
    )  # the tests' certificates hold for a day

    before = _pem(authority)
    (authority.folder / "server.pem").write_bytes(b"half a f")
    with begun(authority, port) as client:  # the one before is still good
        assert client.noop()[0] == 250
    authority.server("mx.example.org")
    assert (shows_the_file(authority, port), _pem(authority) != before) == (True, True)


def test_without_a_certificate_there_is_no_tls(conn: Conn) -> None:
    try:
        with listening() as port, smtplib.LMTP("127.0.0.1", port, timeout=20) as client:
            client.ehlo("mx.example.org")
            assert not client.has_extn("starttls")
            assert client.docmd("STARTTLS")[0] == 502
            assert client.noop()[0] == 250
    finally:
        connections.close()
    assert [each.level for each in doctor.check_certificates(conn)] == ["ok"]


def test_files_that_cannot_be_used_are_named_with_the_reason(authority: Authority, tmp_path: Path) -> None:
    good, missing, empty = tmp_path / "server.pem", tmp_path / "none.pem", tmp_path / "empty.pem"
    empty.write_bytes(b"")
    key = serialization.load_pem_private_key(good.read_bytes(), None)
    locked, other = tmp_path / "locked.pem", tmp_path / "other.pem"
    pem, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    locked.write_bytes(key.private_bytes(pem, kind, serialization.BestAvailableEncryption(b"secret")))
    authority.server("other.example")
    other.write_bytes(good.read_bytes())
    authority.server("mx.example.org")
    wrong = (
        (good, missing, "none.pem cannot be read: No such file"),
        (good, tmp_path, "cannot be read: Is a directory"),
        (empty, good, "cannot be used for TLS: "),
        (good, locked, "the key is encrypted"),
        (good, other, "key values mismatch"),
    )
    for chain, its_key, words in wrong:
        with pytest.raises(CertificateError, match=words):
            Certificate(chain, its_key)


def test_a_key_alone_is_told_from_the_command_line() -> None:
    with pytest.raises(Failure, match="is the key of no certificate"):
        listen("127.0.0.1", 0, smtp=True, key=Path("key.pem"))
