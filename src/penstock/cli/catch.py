"""`penstock catch …`: servers on this machine that keep what they are sent, for trying things out."""

from pathlib import Path
from typing import Annotated, Literal

import typer

app = typer.Typer(
    help="Servers that keep what they are sent, to try a mailing out: nothing leaves this machine.",
    rich_markup_mode=None,
    no_args_is_help=True,
)

Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0: any that is free.")]
Maildir = Annotated[Path | None, typer.Option(help="Keep the messages in this Maildir.")]
Stage = Literal["ehlo", "mail", "rcpt", "dot"]
ShortStage = Literal["bind", "submit", "answer", "receipt"]


@app.command()
def mail(
    host: Host = "127.0.0.1",
    port: Port = 2525,
    maildir: Maildir = None,
    refuse: Annotated[
        list[str] | None,
        typer.Option(metavar="PATTERN[=REPLY]", help="Refuse these recipients for good, as 'gone@*'."),
    ] = None,
    defer_matching: Annotated[
        list[str] | None, typer.Option(metavar="PATTERN[=REPLY]", help="Refuse these for now, always.")
    ] = None,
    defer: Annotated[
        float, typer.Option(min=0, max=1, metavar="SHARE", help="Refuse this share of messages for now.")
    ] = 0.0,
    seed: Annotated[int, typer.Option(help="Draws that share; the same one, the same messages.")] = 0,
    drop_at: Annotated[
        Stage | None, typer.Option(help="Close the connection at this point of the dialogue.")
    ] = None,
    stall_at: Annotated[Stage | None, typer.Option(help="Be slow at this point.")] = None,
    stall_seconds: Annotated[float, typer.Option(min=0, max=86400, metavar="SECONDS", help="So slow.")] = 5.0,
) -> None:
    """Catch e-mail over SMTP until Ctrl-C, and behave as badly as the world does where that is wanted."""
    from penstock.cli.catching import catch, replies
    from penstock.transport.catcher import Catcher, Faults

    faults = Faults(
        replies(refuse, "550 5.1.1 No such user"), replies(defer_matching, "450 4.2.0 Try again later"), defer, seed,
        drop_at or "", stall_at or "", stall_seconds,
    )  # fmt: skip
    catch(Catcher(host, port, faults=faults, keep=0, maildir=maildir))


@app.command()
def sms(
    host: Host = "127.0.0.1",
    port: Port = 2775,
    maildir: Maildir = None,
    password: Annotated[
        str | None, typer.Option(help="Let in only who knows it; otherwise everybody.")
    ] = None,
    refuse: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATTERN[=STATUS]", help="Refuse these numbers, as '*99', with a status as 0x0B."
        ),
    ] = None,
    fail: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATTERN", help="Take these, and say in the receipt that they were not reached."
        ),
    ] = None,
    throttle: Annotated[
        int, typer.Option(min=0, metavar="N", help="Take so many submits a second on each bind; 0: all.")
    ] = 0,
    receipts_after: Annotated[
        float, typer.Option(min=0, max=86400, metavar="SECONDS", help="Receipts come so much later.")
    ] = 0.5,
    no_receipts: Annotated[bool, typer.Option("--no-receipts", help="Send no receipts.")] = False,
    drop_at: Annotated[ShortStage | None, typer.Option(help="Close the connection at this point.")] = None,
    drop_every: Annotated[
        int, typer.Option(min=1, metavar="N", help="Close it each so many times only.")
    ] = 1,
    silent_at: Annotated[
        Literal["bind", "submit"] | None, typer.Option(help="Leave out this answer.")
    ] = None,
) -> None:
    """Catch short messages as an SMPP centre until Ctrl-C; receipts come as from telephones, and none rings."""
    from penstock.cli.catching import catch, statuses
    from penstock.transport.smpp.catcher import Catcher, Faults

    faults = Faults(statuses(refuse), tuple(fail or ()), throttle, drop_at or "", drop_every, silent_at or "")
    after = None if no_receipts else receipts_after
    catch(
        Catcher(host, port, faults=faults, keep=0, maildir=maildir, password=password, receipts_after=after)
    )
