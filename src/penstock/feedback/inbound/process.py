"""`python -m penstock.platform.leash penstock.feedback.inbound.process HOST PORT`: the LMTP listener beside `penstock up`."""

import logging
import sys

from penstock.feedback.inbound import listener
from penstock.platform import database


def main() -> None:
    """Listen until SIGTERM; status 1 when the port is taken."""
    logging.basicConfig(level=logging.WARNING, format="inbound %(process)d: %(message)s")
    host, port = sys.argv[2:4]
    database.ready()
    try:
        listener.run(host, int(port), smtp=False)
    except OSError as error:
        logging.getLogger(__name__).error("cannot listen on %s:%s: %s", host, port, error.strerror)
        sys.exit(1)
