"""Network namespaces around one that all of them reach, over lines that can be cut: machines of a cluster on one machine.

Each island has two lines (veth pairs) to the hub, so that it can lose its database and keep its mail server, or lose both. A line
that is cut swallows packets without a word, as an unplugged cable does: connections over it stay open on both ends until somebody
notices, and go on when it is mended. Needs root and iproute2.
"""

import os
import subprocess
from typing import Final, Self

from bench.results import Unavailable

NETWORK: Final = "10.213.80"
DATABASE, MAIL = f"{NETWORK}.253", f"{NETWORK}.254"
"""Addresses of the hub: what every island reaches over its first line, and over its second."""
LINES: Final = {"data": DATABASE, "mail": MAIL}


class Islands:
    """So many islands and their hub, from entering to leaving."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._name = f"penstock-{os.getpid()}"

    def __enter__(self) -> Self:
        if os.geteuid() != 0:
            raise Unavailable("namespaces need root")
        try:
            self._make("hub")
            for address in LINES.values():
                _ip("-n", f"{self._name}-hub", "address", "add", f"{address}/32", "dev", "lo")
            for island in range(self.count):
                self._make(str(island))
                for line in LINES:
                    self._join(island, line)
        except (OSError, subprocess.CalledProcessError) as error:
            self._remove()
            raise Unavailable(f"no namespaces or veth pairs here: {error}") from error
        return self

    def __exit__(self, *_: object) -> None:
        self._remove()

    @property
    def hub(self) -> list[str]:
        """What is put before a command to run it in the hub."""
        return ["ip", "netns", "exec", f"{self._name}-hub"]

    def inside(self, island: int) -> list[str]:
        """What is put before a command to run it on that island."""
        return ["ip", "netns", "exec", f"{self._name}-{island}"]

    def address(self, island: int, line: str) -> str:
        """The address of the island on that line."""
        return f"{NETWORK}.{_net(island, line) + 2}"

    def cut(self, island: int, *lines: str) -> None:
        """Let nothing through, either way."""
        for line in lines:
            _ip("-n", f"{self._name}-hub", "link", "set", _device(island, line), "down")

    def mend(self, island: int, *lines: str) -> None:
        """Undo `cut`."""
        for line in lines:
            _ip("-n", f"{self._name}-hub", "link", "set", _device(island, line), "up")

    def _make(self, end: str) -> None:
        _ip("netns", "add", f"{self._name}-{end}")
        _ip("-n", f"{self._name}-{end}", "link", "set", "lo", "up")

    def _join(self, island: int, line: str) -> None:
        device, hub, there = _device(island, line), f"{self._name}-hub", f"{self._name}-{island}"
        near = f"{NETWORK}.{_net(island, line) + 1}"
        _ip("link", "add", device, "netns", hub, "type", "veth", "peer", "name", device, "netns", there)
        for name, address in ((hub, near), (there, self.address(island, line))):
            _ip("-n", name, "address", "add", f"{address}/30", "dev", device)
            _ip("-n", name, "link", "set", device, "up")
        _ip("-n", there, "route", "add", f"{LINES[line]}/32", "via", near)

    def _remove(self) -> None:
        for end in ("hub", *map(str, range(self.count))):
            subprocess.run(
                ["ip", "netns", "del", f"{self._name}-{end}"], stderr=subprocess.DEVNULL, check=False
            )


def _net(island: int, line: str) -> int:
    return 4 * (len(LINES) * island + list(LINES).index(line))


def _device(island: int, line: str) -> str:
    return f"{line}{island}"


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
