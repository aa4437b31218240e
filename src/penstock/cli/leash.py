"""A sender on a leash: `python -m penstock.cli.leash` sends for as long as whoever started it lives.

Its standard input is a pipe from that process. However that one ends, by SIGKILL too, the pipe is closed, and the sender
ends in order: it begins nothing more and records what was on the wire.
"""

import os
import signal
import threading


def _hold() -> None:
    while os.read(0, 64):  # not through sys.stdin, whose lock would be held when the interpreter ends
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Run one sender until SIGTERM, or until standard input ends."""
    from penstock.delivery import sender

    threading.Thread(target=_hold, daemon=True).start()
    sender.main()


if __name__ == "__main__":
    main()
