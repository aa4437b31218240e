"""What the demo says at its end: where to look at a message that was caught."""

import email
import email.policy
from pathlib import Path

from penstock.cli.sample.catching import Telephones
from penstock.cli.sample.telephones import ANSWERS
from penstock.cli.screen import tell
from penstock.content.sms.foreign import foreign


def point_out(caught: Path) -> None:
    """Say where to look at one of the letters in the folder `caught`."""
    box = caught / "mail" / "new"
    mails = sorted(box.iterdir()) if box.is_dir() else []
    if not mails:
        return
    message = email.message_from_bytes(mails[0].read_bytes(), policy=email.policy.default)
    source, page = caught / "sample.eml", caught / "sample.html"
    source.write_bytes(mails[0].read_bytes())
    body = message.get_body(("html",))
    if body is not None:
        page.write_text(body.get_content(), "utf-8")
    tell(f"{len(mails):,} messages were caught in {box}.")
    tell(f"One of them, as {message['To']} sees it:  {page.as_uri()}")
    tell(f"Its source:  {source}")


def point_out_short(centre: Telephones) -> None:
    """Say what went to telephones: how many parts, which character made one of them long, and who answered."""
    tell(f"{len(centre.counts):,} short messages were caught there, too, in {centre.total:,} parts.")
    longest = centre.longest
    if longest and longest.parts > 1 and (found := foreign(longest.text)):
        tell(
            f"The one to +{longest.number} took {longest.parts}: telephones write it as UCS-2, for {found[0].told}."
        )
    if centre.counts[ANSWERS.strip("+")]:
        tell(f"{ANSWERS} answered STOP, and gets no more of them.")
