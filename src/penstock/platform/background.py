"""`python -m penstock.platform.background`: the process that runs background jobs, until SIGTERM.

Not `platform.jobs` itself: Procrastinate knows its app by the module's name, which `-m` would make `__main__`.
"""

import logging
import signal
import threading

from penstock.platform import jobs


def main() -> None:
    """Run jobs until SIGTERM; SIGINT is the business of whoever started us."""
    logging.basicConfig(level=logging.WARNING, format="jobs %(process)d: %(message)s")
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    working = [threading.Thread(target=jobs.run_worker, args=(stop,)), *jobs.loops(stop)]
    for thread in working:
        thread.start()
    for thread in working:
        thread.join()


if __name__ == "__main__":
    main()
