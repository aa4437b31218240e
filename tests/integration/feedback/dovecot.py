"""A Dovecot of the tests' own: an IMAP server that is not ours, on loopback, with mailboxes in a folder of its own."""

import imaplib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.smtpsink import free_port
from tests import needs as system
from tests.integration.transport.certificates import Authority

USER = "bounces@example.org"
PASSWORD = 'un mot de passe été "&\\{}'
_CONF = """
protocols = imap
listen = 127.0.0.1
base_dir = {place}/run
state_dir = {place}/run
log_path = {place}/log
mail_location = maildir:{place}/mail/%u
disable_plaintext_auth = no
auth_mechanisms = plain
ssl = yes
ssl_cert = <{place}/server.pem
ssl_key = <{place}/server.pem
first_valid_uid = 1
auth_failure_delay = 0
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
passdb {{
  driver = passwd-file
  args = scheme=plain {place}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={place}/mail/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls}
  }}
}}
"""
"""As little as runs; its processes are the package's own users."""


class Dovecot:
    """A running instance. `port` in clear text and STARTTLS, `tls` from the start; `cafile` is who vouches for it."""

    def __init__(self, place: Path) -> None:
        self.place, self.port, self.tls = place, free_port(), free_port()
        self.cafile = place / "ca.pem"
        self._lay_out()
        with (place / "said").open("ab") as said:
            self.process = subprocess.Popen(
                [system.needs("dovecot", "dovecot-imapd"), "-F", "-c", str(place / "conf")],
                stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True,
            )  # fmt: skip

    @property
    def log(self) -> str:
        """What it said."""
        return "".join((self.place / name).read_text(errors="replace") for name in ("said", "log")
                       if (self.place / name).exists())  # fmt: skip

    def _lay_out(self) -> None:
        authority = Authority(self.place)
        authority.server("localhost", "127.0.0.1")  # writes server.pem
        self.cafile = authority.file
        self.place.chmod(0o755)
        who = pwd.getpwnam("nobody")
        (self.place / "mail").mkdir()
        os.chown(self.place / "mail", who.pw_uid, who.pw_gid)
        (self.place / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n", encoding="utf-8")
        (self.place / "conf").write_text(
            _CONF.format(place=self.place, port=self.port, tls=self.tls, uid=who.pw_uid, gid=who.pw_gid)
        )

    @contextmanager
    def client(self) -> Iterator[imaplib.IMAP4]:
        """A client that has logged in: what a person sees."""
        client = imaplib.IMAP4("127.0.0.1", self.port, 20)
        client.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
        try:
            yield client
        finally:
            client.logout()

    def put(self, *messages: bytes, folder: str = "INBOX") -> None:
        """Lay messages into a folder."""
        with self.client() as client:
            for each in messages:
                client.append(folder, None, None, each)  # type: ignore[arg-type]

    def folders(self) -> list[bytes]:
        """Return the folders as the server lists them."""
        with self.client() as client:
            return [line for line in client.list()[1] if isinstance(line, bytes)]

    def lies(self, folder: str = "INBOX") -> list[tuple[int, str]]:
        """Return UID and flags of what lies in a folder."""
        with self.client() as client:
            if client.select(f'"{folder}"', readonly=True)[0] != "OK":
                return []
            said = client.uid("FETCH", "1:*", "(FLAGS)")[1]
        found = [imaplib.ParseFlags(line) for line in said if line]
        numbers = [int(line.split(b"UID ")[1].split()[0].rstrip(b")")) for line in said if line]
        return [
            (number, " ".join(sorted(flag.decode() for flag in flags if flag != b"\\Recent")))
            for number, flags in zip(numbers, found, strict=True)
        ]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


@contextmanager
def running() -> Iterator[Dovecot]:
    """A Dovecot that lets people in."""
    system.needs("dovecot", "dovecot-imapd")
    if os.geteuid() != 0:
        system.missing("Dovecot is started by root here: run these tests as root")
    place = Path(tempfile.mkdtemp(prefix="penstock-dovecot-"))
    server = Dovecot(place)
    try:
        until = time.monotonic() + 20
        while True:
            with suppress(OSError, imaplib.IMAP4.error), server.client():
                break
            assert server.process.poll() is None, server.log
            assert time.monotonic() < until, server.log
            time.sleep(0.05)
        yield server
    finally:
        server.stop()
        shutil.rmtree(place, ignore_errors=True)
