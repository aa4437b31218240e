"""`text check`: a short message made as senders would make it, and what there is to see of it."""

import sys
from dataclasses import dataclass

from penstock.cli.endings import Failure, wrong
from penstock.cli.previewing import tell_short
from penstock.cli.screen import document, written
from penstock.content.message import MessageError, RenderError
from penstock.content.sms.encoding import languages
from penstock.content.sms.foreign import replaced
from penstock.content.sms.seeing import Seen
from penstock.content.sms.trying import tried


@dataclass(frozen=True)
class Wanted:
    """`given` are values as NAME=VALUE."""

    words: str
    given: tuple[str, ...]
    alphabets: str

    @property
    def text(self) -> str:
        return sys.stdin.read() if self.words == "-" else self.words


def tell_length(wanted: Wanted, *, json: bool) -> None:
    """Print the parts, and say what makes them so. Raises Failure."""
    found = _seen(wanted)
    if json:
        document({**found.document, "count": found.count})
        return
    for number, part in enumerate(found.parts, 1):
        written(f"{number}: {part}")
    tell_short(found)


def tell_replaced(wanted: Wanted, *, spelling: bool) -> None:
    """Print the template with the default alphabet's characters in place of what looks like them; Liquid stays as it is."""
    written(replaced(wanted.text, spelling=spelling))


def _seen(wanted: Wanted) -> Seen:
    values = dict(_pair(each) for each in wanted.given)
    if wanted.alphabets != "off":
        try:
            languages(wanted.alphabets)
        except ValueError as error:
            raise wrong(f"{error}.") from None
    options = {"stop_hint": values.get("stop_hint", ""), "sms_alphabets": wanted.alphabets}
    try:
        return tried(wanted.text, values, options)
    except (MessageError, RenderError) as error:
        raise Failure(f"The message cannot be made: {error}") from None


def _pair(given: str) -> tuple[str, str]:
    name, sign, value = given.partition("=")
    if not sign or not name.strip():
        raise wrong(f"{given!r} gives no value.", "Write it as name=value.")
    return name.strip(), value
