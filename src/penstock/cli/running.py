"""`up`, `down`, `web`, `worker`, `inbound`: the parts that run for good, on one machine or on many."""

from pathlib import Path
from typing import Annotated

import typer

Host = Annotated[str, typer.Option(help="Address to listen on; behind a proxy leave it at 127.0.0.1.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")]


def worker(
    processes: Annotated[
        int, typer.Option(min=1, max=64, help="Sender processes; one for each core to spare.")
    ] = 1,
) -> None:
    """Send what is to be sent, until stopped; on as many machines as wanted."""
    from penstock.cli.screen import tell
    from penstock.delivery import worker as workers

    tell(f"Sending with {processes} process{'es' if processes > 1 else ''}. Ctrl-C ends in order.")
    workers.run(processes)


def web(host: Host = "127.0.0.1", port: Port = 8025) -> None:
    """Answer the links in messages (unsubscribing), until stopped."""
    from penstock.cli.serving import serve
    from penstock.platform import database

    database.ready()
    serve(host, port)


def inbound(
    host: Annotated[
        str, typer.Option(help="Address to listen on; behind a mail server of this machine leave it.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8024,
    smtp: Annotated[bool, typer.Option("--smtp", help="Speak SMTP; otherwise LMTP.")] = False,
    tls_cert: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Offer TLS with the certificate and chain in this PEM file; read again when it changes.",
        ),
    ] = None,
    tls_key: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Its key, unencrypted, in PEM; otherwise in the same file."),
    ] = None,
) -> None:
    """Take what comes back by mail (bounces, complaints, unsubscribing), until stopped."""
    from penstock.cli.receiving import listen

    listen(host, port, smtp=smtp, certificate=tls_cert, key=tls_key)


def up(
    host: Host = "127.0.0.1",
    port: Port = 8025,
    workers: Annotated[int, typer.Option(min=0, max=64, help="Sender processes.")] = 1,
    inbound: Annotated[
        int | None,
        typer.Option(
            min=1, max=65535, metavar="PORT", help="Take what comes back by mail over LMTP on this port, too."
        ),
    ] = None,
) -> None:
    """Run everything on this machine: database, web and senders, until stopped."""
    from penstock.cli.membership import welcome
    from penstock.cli.screen import tell
    from penstock.cli.serving import answer, listen, listener_beside, worker_beside
    from penstock.platform import database, environment

    database.ready()
    listening = listen(host, port)
    port = listening.getsockname()[1]
    environment.remember_port(port)
    with worker_beside(workers), listener_beside("127.0.0.1", inbound):
        tell(
            f"Penstock answers on http://{host}:{port} and sends with {workers} process(es). Ctrl-C ends in order."
        )
        if inbound:
            tell(f"What comes back by mail is taken over LMTP on 127.0.0.1:{inbound}.")
        welcome(host, port)
        answer(listening)


def down() -> None:
    """Stop what runs on this home, the embedded database included."""
    from penstock.cli.endings import Failure
    from penstock.cli.screen import tell
    from penstock.platform.down import down as end
    from penstock.platform.environment import home

    ended = end(home())
    for one in ended.asked:
        tell(f"Ended: {one.command} (pid {one.pid})")
    for one in ended.killed:
        tell(f"Killed, it did not end by itself: {one.command} (pid {one.pid})")
    if not ended.left:
        # The last to leave a home stops its database, so that none may be left for us to stop.
        tell("The database is stopped." if ended.server or ended.asked else "Nothing runs on this home.")
    if ended.left:
        names = ", ".join(f"{one.command} (pid {one.pid})" for one in ended.left)
        raise Failure(
            f"These belong to another user and still run: {names}", "Run `penstock down` as that user."
        )
