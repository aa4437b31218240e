"""`penstock catch`: the options that have a form of their own, and the server in this process."""

from penstock.cli.endings import Failure, wrong
from penstock.transport import catching
from penstock.transport.catcher import Catcher as MailCatcher
from penstock.transport.smpp.catcher import Catcher as ShortCatcher


def catch(server: MailCatcher | ShortCatcher) -> None:
    """Catch until Ctrl-C. Raises Failure when the port is taken."""
    try:
        catching.catch(server)
    except OSError as error:
        raise Failure(
            f"Cannot listen on {server.host}:{server.port}: {error.strerror or error}.",
            "Choose another with --host and --port.",
        ) from None


def replies(given: list[str] | None, usual: str) -> dict[str, str]:
    """Return the reply to each pattern from PATTERN or PATTERN=REPLY, as in '*@gone.example=550 5.1.1 Gone'."""
    pairs = (entry.partition("=") for entry in given or ())
    return {pattern: reply or usual for pattern, _, reply in pairs}


def statuses(given: list[str] | None) -> dict[str, int]:
    """Return the command_status for each pattern from PATTERN or PATTERN=STATUS, as in '*99=0x0B'. Raises Failure."""
    pairs = (entry.partition("=") for entry in given or ())
    return {pattern: _status(pattern, status) for pattern, _, status in pairs}


def _status(pattern: str, status: str) -> int:
    try:
        number = int(status or "0x0B", 0)
    except ValueError:
        number = 0
    if not 0 < number <= 0xFFFFFFFF:
        raise wrong(
            f"--refuse {pattern}={status}: {status!r} is no command_status.",
            "Write a number other than 0, as 0x0B.",
        )
    return number
