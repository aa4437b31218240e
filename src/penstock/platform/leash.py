"""A process on a leash: `python -m penstock.platform.leash MODULE` runs the module's `main` for as long as whoever started it lives.

Its standard input is a pipe from that process. However that one ends, by SIGKILL too, the pipe is closed, and the process is asked to
end in order (SIGTERM): a sender begins nothing more and records what was on the wire.
"""

import gc
import os
import signal
import sys
import threading
from importlib import import_module


def command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs `module` on a leash; start it with `stdin=subprocess.PIPE`. Its arguments are sys.argv[2:].

    With -P, as every Python that we start: else it would import what lies in the folder where the user happens to be.
    """
    return [sys.executable, "-P", "-m", "penstock.platform.leash", module, *arguments]


def _hold() -> None:
    while os.read(0, 64):  # not through sys.stdin, whose lock would be held when the interpreter ends
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Run the module until SIGTERM, or until standard input ends."""
    threading.Thread(target=_hold, daemon=True).start()
    gc.disable()  # what is imported stays: to look through it for circles, again and again, is a tenth of the start
    module = import_module(sys.argv[1])
    gc.enable()
    module.main()


if __name__ == "__main__":
    main()
