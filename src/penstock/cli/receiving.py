"""`penstock inbound`: the listener in this process."""

import logging

from penstock.cli.endings import Failure
from penstock.cli.screen import tell
from penstock.platform import database


def listen(host: str, port: int, *, smtp: bool) -> None:
    """Take what comes back on `host`:`port` until SIGINT or SIGTERM. Raises Failure when the port is taken."""
    from penstock.feedback.inbound import listener

    logging.basicConfig(level=logging.WARNING, format="inbound %(process)d: %(message)s")
    database.ready()
    tell(f"Taking what comes back over {'SMTP' if smtp else 'LMTP'} on {host}:{port}. Ctrl-C ends in order.")
    try:
        listener.run(host, port, smtp=smtp)
    except OSError as error:
        raise Failure(
            f"Cannot listen on {host}:{port}: {error.strerror}.", "Choose another with --host and --port."
        ) from None
