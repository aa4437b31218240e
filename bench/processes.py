"""CPU time and memory of processes that come and go, read from the system."""

import threading
import time
from typing import Self

import psutil


def cpu_seconds(root: psutil.Process) -> float:
    """User and system time of a process, of its living descendants and of those it has already collected."""
    total = 0.0
    for process in [root, *root.children(recursive=True)]:
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def machine_seconds() -> float:
    """CPU seconds that all processes of the machine together have used so far."""
    times = psutil.cpu_times()
    return times.user + times.nice + times.system + times.irq + times.softirq


def wait_for_quiet(patience: float, share: float = 0.1) -> None:
    """Wait until the machine has been busy for less than `share` of half a second; at most `patience` seconds."""
    until, cores = time.monotonic() + patience, psutil.cpu_count() or 1
    while time.monotonic() < until:
        before = machine_seconds()
        time.sleep(0.5)
        if machine_seconds() - before < share * 0.5 * cores:
            return


class Peaks(threading.Thread):
    """Notes the peak resident memory (VmHWM, bytes) of a process and each of its descendants, ten times a second.

    VmHWM is the kernel's own high-water mark: only what a process takes in its last tenth of a second can be missed.
    Shared memory counts as far as the process has touched it.
    """

    def __init__(self, root: psutil.Process) -> None:
        super().__init__(daemon=True)
        self.root, self.stopped = root, threading.Event()
        self.peaks: dict[tuple[int, str], int] = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self.join()

    def run(self) -> None:
        while not self.stopped.wait(0.1):
            self.look()

    def look(self) -> None:
        try:
            living = [self.root, *self.root.children(recursive=True)]
        except psutil.Error:
            return
        for process in living:
            try:
                name = " ".join(process.cmdline()[1:5])
                self.peaks[process.pid, name] = peak(process.pid)
            except (psutil.Error, OSError, ValueError):
                continue

    def highest(self, containing: str = "") -> int:
        """The highest peak among the processes whose command line contains the text."""
        return max((value for (_, name), value in self.peaks.items() if containing in name), default=0)


def peak(pid: int) -> int:
    """VmHWM of a process in bytes."""
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    raise ValueError(f"process {pid} has no memory of its own")
