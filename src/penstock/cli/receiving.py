"""`penstock inbound`: the listener in this process."""

import logging
from pathlib import Path

from penstock.cli.endings import Failure, wrong
from penstock.cli.screen import tell
from penstock.platform import database


def listen(
    host: str, port: int, *, smtp: bool, certificate: Path | None = None, key: Path | None = None
) -> None:  # fmt: skip
    """Take what comes back on `host`:`port` until SIGINT or SIGTERM. Raises Failure when the port is taken, CertificateError."""
    from penstock.feedback.inbound import listener
    from penstock.feedback.inbound.certificate import Certificate

    if key and not certificate:
        raise wrong(f"--tls-key {key} is the key of no certificate.", "Name that with --tls-cert.")
    tls = Certificate(certificate, key or certificate) if certificate else None

    logging.basicConfig(level=logging.WARNING, format="inbound %(process)d: %(message)s")
    database.ready()
    protocol = f"{'SMTP' if smtp else 'LMTP'}{', with TLS' if tls else ''},"
    tell(f"Taking what comes back over {protocol} on {host}:{port}. Ctrl-C ends in order.")
    try:
        listener.run(host, port, smtp=smtp, certificate=tls)
    except OSError as error:
        raise Failure(
            f"Cannot listen on {host}:{port}: {error.strerror}.", "Choose another with --host and --port."
        ) from None
