"""The command line: translates words into one call of a room, and its answer back."""

import time

BEGAN = time.time() - time.process_time()
"""When this process began, as nearly as it can tell: what its start has cost so far is no time of anybody else."""


def main() -> None:
    """Run the command of this process and end it with the exit status of `penstock.cli.endings`."""
    from penstock.cli.endings import ended

    ended(_run)


def _run() -> int:
    from penstock.cli.app import run

    return run()
