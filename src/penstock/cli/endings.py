"""How a command ends: the exit status, and one clear message for what the rooms raise. A traceback helps nobody here."""

import os
import sys
from collections.abc import Callable
from enum import IntEnum
from typing import Any


class Exit(IntEnum):
    """The exit status of every command; the last three are those of a mailing that did not get to its end."""

    DONE = 0
    FAILED = 1
    REFUSED = 2
    INTERRUPTED = 3
    PAUSED = 4
    CANCELLED = 5


class Failure(Exception):
    """A command that cannot go on: what is wrong, what to do, and the exit status."""

    def __init__(self, what: str, cure: str = "", status: Exit = Exit.FAILED) -> None:
        super().__init__(f"{what}\n{cure}" if cure else what)
        self.status = status


def wrong(what: str, cure: str = "") -> Failure:
    """Return the failure of a command that was given something wrong."""
    return Failure(what, cure, Exit.REFUSED)


def ended(run: Callable[[], int]) -> None:
    """Run a command and leave the process with its exit status; errors become one message on stderr."""
    try:
        status = run()
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read our results has seen enough (`| head`)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = Exit.FAILED
    except KeyboardInterrupt:
        status = _say("Stopped.", Exit.FAILED)
    except Exception as error:
        if os.environ.get("PENSTOCK_DEBUG"):
            raise
        status = _say(*explained(error))
    sys.exit(int(status))


def _say(text: str, status: Exit) -> Exit:
    from penstock.cli.screen import tell  # only now: most commands end well

    tell(text)
    return status


def explained(error: Exception) -> tuple[str, Exit]:
    """Return the message for an error and the exit status it ends with."""
    for kind in type(error).__mro__:
        known = _KNOWN.get(f"{kind.__module__}.{kind.__qualname__}")
        if known:
            status, words = known
            return words(error), status
    if isinstance(error, Failure):
        return str(error), error.status
    told = f"This should not have happened: {type(error).__name__}: {error}"
    return f"{told}\nSet PENSTOCK_DEBUG=1 to see where, and please report it.", Exit.FAILED


def _refused(error: Any) -> str:
    from penstock.cli.spoken import cure, hyphened, in_words

    reasons = "\n".join(f"  {in_words(reason.text)}{cure(reason.code)}" for reason in error.reasons)
    [command], allowed = hyphened([error.command]), ", ".join(hyphened(error.allowed)) or "nothing"
    return f"{command} is refused.\n{reasons}\nAllowed now: {allowed}."


def _database(error: Any) -> str:
    import psycopg

    from penstock.platform.database import explain, unreachable

    known = explain(error)
    if known is None and isinstance(error, psycopg.OperationalError):
        known = unreachable(error)
    return str(known) if known else f"The database refused: {str(error).strip()}"


def _file(error: Any) -> str:
    name = f"{error.filename}: " if error.filename else ""
    return f"{name}{error.strerror or error}."


# By name, so that explaining an error imports nothing: what was raised has been imported.
_KNOWN: dict[str, tuple[Exit, Callable[[Any], str]]] = {
    "penstock.platform.trouble.Trouble": (Exit.FAILED, str),
    "penstock.mailing.control.Refused": (Exit.REFUSED, _refused),
    "penstock.mailing.control.NotFound": (Exit.REFUSED, str),
    "penstock.preflight.analysis.AnalysisRefused": (Exit.REFUSED, str),
    "penstock.preflight.analysis.NoAnalysis": (Exit.REFUSED, str),
    "penstock.preflight.supervising.AnalystDied": (Exit.FAILED, str),
    "penstock.mailing.switches.SwitchError": (Exit.REFUSED, str),
    "penstock.mailing.switches.UnknownSwitch": (Exit.REFUSED, str),
    "penstock.account.limits.LimitError": (Exit.REFUSED, str),
    "penstock.account.limits.UnknownLimit": (Exit.REFUSED, str),
    "penstock.account.pace.PaceError": (Exit.REFUSED, str),
    "penstock.mailing.speed.SpeedError": (Exit.REFUSED, str),
    "penstock.account.policy.PolicyError": (
        Exit.REFUSED,
        lambda error: f"{str(error)[0].upper()}{str(error)[1:]}.",
    ),
    "penstock.account.access.Forbidden": (Exit.REFUSED, str),
    "penstock.account.access.UnknownScope": (Exit.REFUSED, str),
    "penstock.account.accounts.AccountError": (Exit.REFUSED, str),
    "penstock.account.people.PersonError": (Exit.REFUSED, str),
    "penstock.account.tokens.TokenError": (Exit.REFUSED, str),
    "penstock.account.domains.DomainError": (Exit.REFUSED, str),
    "penstock.account.domains.UnknownDomain": (Exit.REFUSED, str),
    "penstock.account.domains.UnknownKey": (Exit.REFUSED, str),
    "penstock.account.servers.TransportError": (Exit.REFUSED, str),
    "penstock.feedback.mailboxes.keeping.MailboxError": (Exit.REFUSED, str),
    "penstock.feedback.mailboxes.keeping.UnknownMailbox": (Exit.REFUSED, str),
    "penstock.feedback.strays.UnknownStray": (Exit.REFUSED, str),
    "penstock.account.transports.UnknownTransport": (Exit.REFUSED, str),
    "penstock.feedback.hooks.keeping.HookProblem": (Exit.REFUSED, str),
    "penstock.feedback.hooks.keeping.UnknownHook": (Exit.REFUSED, str),
    "penstock.content.message.MessageError": (
        Exit.REFUSED,
        lambda error: f"The message cannot be sent.\n{error}",
    ),
    "penstock.audience.contacts.UnknownList": (Exit.REFUSED, str),
    "penstock.preflight.making.CannotBeMade": (Exit.FAILED, str),
    "penstock.preflight.preview.NoSuchContact": (Exit.REFUSED, str),
    "penstock.preflight.preview.Nobody": (Exit.REFUSED, str),
    "penstock.preflight.testing.TestProblem": (Exit.REFUSED, str),
    "penstock.preflight.testing.TooMany": (Exit.REFUSED, str),
    "penstock.preflight.worst.NoAnalysis": (Exit.REFUSED, str),
    "penstock.content.accepting.NotAccepted": (Exit.REFUSED, str),
    "penstock.content.templates.UnknownTemplate": (Exit.REFUSED, str),
    "penstock.content.templates.TemplateNameProblem": (Exit.REFUSED, str),
    "penstock.content.templates.TemplateNameTaken": (Exit.REFUSED, str),
    "penstock.content.pictures.storing.UnknownPicture": (Exit.REFUSED, str),
    "penstock.content.pictures.storing.PictureInUse": (Exit.REFUSED, str),
    "penstock.mailing.drafting.DraftError": (Exit.REFUSED, str),
    "penstock.transport.smtp.failures.TransportError": (Exit.FAILED, str),
    "penstock.transport.server_url.ServerURLError": (Exit.REFUSED, lambda error: f"--via: {error}."),
    "psycopg.Error": (Exit.FAILED, _database),
    "psycopg.OperationalError": (Exit.FAILED, _database),
    "builtins.OSError": (Exit.FAILED, _file),
}
