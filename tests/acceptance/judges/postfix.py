"""A Postfix of the tests' own: its configuration, queue and log in a folder of its own, on loopback ports.

It takes mail from this machine and relays all of it to one server, if its further configuration says nothing else. `port` offers
what Postfix offers; `seven` neither 8BITMIME nor PIPELINING, as older relays.
"""

import grp
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.smtpsink import free_port
from tests import needs as system

_QUEUES = ("incoming", "active", "deferred", "defer", "bounce", "saved", "corrupt", "flush", "trace", "hold")

_MAIN = """
compatibility_level = 3.6
queue_directory = {place}/queue
data_directory = {place}/data
maillog_file = {place}/log
maillog_file_prefixes = {place}
mail_owner = postfix
setgid_group = postdrop
myhostname = relay.example
mydestination =
alias_maps =
local_recipient_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.1
relayhost = [127.0.0.1]:{onward}
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
smtpd_forbid_bare_newline = reject
smtputf8_enable = yes
disable_dns_lookups = yes
smtp_host_lookup = native
smtp_tls_security_level = none
smtpd_tls_security_level = none
in_flow_delay = 0
default_destination_concurrency_limit = 10
message_size_limit = 20480000
"""

_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
127.0.0.1:{seven} inet n - n - - smtpd -o smtpd_discard_ehlo_keywords=8bitmime,pipelining
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
showq unix n - n - - showq
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """A running instance; `log` says what it did."""

    def __init__(self, place: Path, onward: int, further: str = "", port: int | None = None) -> None:
        self.place, self.port, self.seven = place, port or free_port(), free_port()
        self._lay_out(onward, further)
        command = [self._daemon("master"), "-c", str(place / "conf"), "-d"]
        # A session of its own: the master sends signals to its whole process group.
        with (place / "said").open("ab") as said:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                                            start_new_session=True)  # fmt: skip

    @property
    def log(self) -> str:
        """What Postfix logged, and what it said before it had a log."""
        return "".join(
            (self.place / name).read_text(errors="replace")
            for name in ("said", "log")
            if (self.place / name).exists()
        )

    def _daemon(self, name: str) -> str:
        found = subprocess.run(
            [system.needs("postconf", "postfix"), "-dh", "daemon_directory"],
            capture_output=True,
            text=True,
            check=True,
        )
        return str(Path(found.stdout.strip()) / name)

    def _lay_out(self, onward: int, further: str) -> None:
        """Make the folders as `postfix set-permissions` does, and write the configuration."""
        user, group = pwd.getpwnam("postfix"), grp.getgrnam("postdrop")
        self.place.chmod(0o755)  # the daemons are not root
        for name in ("conf", "queue", "queue/pid"):
            (self.place / name).mkdir(mode=0o755)
        for name in ("data", *(f"queue/{queue}" for queue in (*_QUEUES, "private"))):
            (self.place / name).mkdir(mode=0o700)
            os.chown(self.place / name, user.pw_uid, -1)
        for name, mode in (("public", 0o710), ("maildrop", 0o730)):
            folder = self.place / "queue" / name
            folder.mkdir()
            os.chown(folder, user.pw_uid, group.gr_gid)
            folder.chmod(mode)
        conf = self.place / "conf"
        (conf / "main.cf").write_text(_MAIN.format(place=self.place, onward=onward).lstrip() + further)
        (conf / "master.cf").write_text(_MASTER.format(port=self.port, seven=self.seven).lstrip())

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


@contextmanager
def running(
    onward: int, ready: Callable[[int], bool], further: str = "", *, port: int | None = None
) -> Iterator[Postfix]:
    """A Postfix that relays to the port `onward`; `ready(port)` tells whether a port answers. `further`: lines for its main.cf;
    `port`: its own, where somebody has to know it before."""  # fmt: skip
    system.needs("postfix", "postfix")
    if os.geteuid() != 0:
        system.missing("Postfix can be started by root only: run these tests as root")
    place = Path(tempfile.mkdtemp(prefix="penstock-postfix-"))
    postfix = Postfix(place, onward, further, port)
    try:
        until = time.monotonic() + 20
        while not (ready(postfix.port) and ready(postfix.seven)):
            assert postfix.process.poll() is None, postfix.log
            assert time.monotonic() < until, postfix.log
            time.sleep(0.05)
        yield postfix
    finally:
        postfix.stop()
        shutil.rmtree(place, ignore_errors=True)
