"""Who sits at this terminal: for the journal, and for what needs a yes."""

import getpass
import os
import sys

from penstock.cli.endings import Exit, Failure, wrong
from penstock.cli.screen import ask
from penstock.mailing.control import EVERY_ROLE, Actor


def actor() -> Actor:
    """Return the person at this terminal. Whoever may use the home holds all roles: they could read the database as well."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container whose user has no name
        name = f"user {os.getuid()}"
    return Actor(name, EVERY_ROLE, "cli")


def agree(question: str, *, typed: str = "") -> None:
    """Ask on the terminal; return when the answer is yes, or is `typed` where that is asked for. Raises Failure otherwise."""
    if not sys.stdin.isatty():
        raise wrong(
            "There is nobody to ask: standard input is no terminal.",
            "Give --yes to go on without a question.",
        )
    hint = f"type {typed} to go on" if typed else "y/N"
    ask(f"{question} [{hint}] ")
    answer = sys.stdin.readline().strip().lower().replace(",", "")
    if answer != typed if typed else answer not in ("y", "yes"):
        raise Failure("Nothing was sent.", status=Exit.REFUSED)
