"""Two network namespaces with a slow line between them: what `tc netem` does, where the kernel lacks it.

Each namespace has a TUN device with an address; a process of its own carries every IP packet from one to the other after
`delay` seconds, in order, without a limit on bandwidth and with no look at what is in it. So TCP does what it does on a
long line: handshakes, windows and acknowledgements all take their time. Packets are large, as they are on a veth pair, so that a
message is one of them and the carrier no bottleneck. Needs root, iproute2 and /dev/net/tun.
"""

import fcntl
import multiprocessing
import os
import select
import struct
import subprocess
import time
from collections import deque
from typing import Self

from bench.results import Unavailable

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
NEAR, FAR = "10.213.77.1", "10.213.77.2"


class Link:
    """The line. `near` and `far` are put before a command to run it in that namespace: the addresses are NEAR and FAR."""

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self.names = [f"penstock-{os.getpid()}-{end}" for end in "ab"]
        self.near, self.far = (["ip", "netns", "exec", name] for name in self.names)

    def __enter__(self) -> Self:
        if os.geteuid() != 0:
            raise Unavailable("namespaces need root")
        try:
            self.ends = [_tun(f"pst{os.getpid() % 100000}{end}") for end in "ab"]
            for name, (_, device), address in zip(self.names, self.ends, (NEAR, FAR), strict=True):
                _ip("netns", "add", name)
                _ip("link", "set", device, "netns", name)
                _ip("-n", name, "link", "set", "lo", "up")
                _ip("-n", name, "address", "add", f"{address}/30", "dev", device)
                _ip("-n", name, "link", "set", device, "up", "txqueuelen", "10000", "mtu", "16000")
        except (OSError, subprocess.CalledProcessError) as error:
            self._remove()
            raise Unavailable(f"no namespaces or TUN devices here: {error}") from error
        files = [file for file, _ in self.ends]
        self.carrier = multiprocessing.get_context("fork").Process(
            target=carry, args=(*files, self.delay), daemon=True
        )
        self.carrier.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.carrier.kill()
        self.carrier.join()
        self._remove()

    def _remove(self) -> None:
        for file, _ in getattr(self, "ends", []):
            os.close(file)
        for name in self.names:
            subprocess.run(["ip", "netns", "del", name], stderr=subprocess.DEVNULL, check=False)

    def round_trip(self, samples: int = 20) -> float:
        """Measure the time of a packet there and back, in seconds: TCP connections that nobody accepts (RST)."""
        code = (
            "import socket,time\nbest=[]\n"
            f"for _ in range({samples}):\n"
            " s=socket.socket(); t=time.perf_counter()\n"
            f" s.connect_ex(('{FAR}', 9)); best.append(time.perf_counter()-t); s.close()\n"
            "print(sorted(best)[len(best)//2])"
        )
        ran = subprocess.run([*self.near, "python3", "-c", code], capture_output=True, text=True, check=True)
        return float(ran.stdout)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def _tun(name: str) -> tuple[int, str]:
    """Make a TUN device; returns its file and its name."""
    file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    asked = struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI)
    made = fcntl.ioctl(file, TUNSETIFF, asked)
    return file, made[:16].rstrip(b"\0").decode()


def carry(near: int, far: int, delay: float) -> None:
    """Carry packets both ways for ever, each `delay` seconds after it was read.

    select() and not epoll: its timeout is in microseconds, epoll's in whole milliseconds.
    """
    try:  # a line does not wait for a processor; it needs a few percent of one
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except OSError:
        pass  # then it takes a little longer on a busy machine
    other = {near: far, far: near}
    waiting: deque[tuple[float, int, bytes]] = deque()
    while True:
        left = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        ready, _, _ = select.select([near, far], [], [], left)
        now = time.monotonic()
        for file in ready:
            try:
                while True:
                    waiting.append((now + delay, other[file], os.read(file, 65536)))
            except BlockingIOError:
                pass
        while waiting and waiting[0][0] <= now:
            _, file, packet = waiting.popleft()
            os.write(file, packet)
