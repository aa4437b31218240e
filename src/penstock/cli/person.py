"""Who sits at this terminal: for the journal, and for what needs a yes."""

import getpass
import os
import sys

from penstock.cli.endings import Exit, Failure, wrong
from penstock.cli.screen import ask
from penstock.mailing.actor import EVERY_ROLE, Actor
from penstock.mailing.lifecycle import PLATFORM

ROLES = EVERY_ROLE | {PLATFORM}
"""Whoever may use the home holds every role, the platform's too: they could write to the database as well."""


def actor() -> Actor:
    """Return the person at this terminal, for every account."""
    return Actor(_login(), ROLES, "cli")


def _login() -> str:
    """Return the login name of this process's user: as the system knows it, not as the environment says.

    By it approvals are counted, so it must not be a matter of `LOGNAME=somebody`.
    """
    try:
        import pwd
    except ImportError:  # Windows
        return getpass.getuser()
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container whose user has no name
        return f"user {os.getuid()}"


def somebody_there() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty()


def agree(question: str, *, typed: str = "", otherwise: str = "Nothing was sent.") -> None:
    """Ask on the terminal; return when the answer is yes, or is `typed` where that is asked for.

    Raises Failure otherwise, saying what was not done.
    """
    if not somebody_there():
        instead = f"--confirm {typed}" if typed else "--yes"
        raise wrong(
            "There is nobody to ask: standard input is no terminal.",
            f"Give {instead} to go on without a question.",
        )
    hint = f"type {typed} to go on" if typed else "y/N"
    ask(f"{question} [{hint}] ")
    answer = _answer().replace(",", "")
    if answer != typed if typed else answer not in ("y", "yes"):
        raise Failure(otherwise, status=Exit.REFUSED)


def choose(question: str, words: tuple[str, ...]) -> str:
    """Ask which of `words`; the first is taken when nothing is typed, a beginning is enough. Raises Failure for others."""
    ask(f"{question} [{'/'.join([words[0].upper(), *words[1:]])}] ")
    answer = _answer()
    found = [word for word in words if word.startswith(answer)] if answer else [words[0]]
    if not found:
        raise Failure(f"{answer} is none of {', '.join(words)}.", status=Exit.REFUSED)
    return found[0]


def reply(question: str) -> str:
    """Ask for words; without any there is no answer. Raises Failure."""
    ask(f"{question} ")
    if not (said := sys.stdin.readline().strip()):
        raise Failure("Nothing was answered.", status=Exit.REFUSED)
    return said


def _answer() -> str:
    return sys.stdin.readline().strip().lower()
