"""What the catching server of this home received, as a mailbox to read: the demo's, or a trial's."""

from pathlib import Path

from penstock.platform import environment


def folder() -> Path:
    """Return the Maildir that the demo's catching server fills."""
    return environment.home() / "caught" / "mail"
