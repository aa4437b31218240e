"""How a JSON gateway wants requests, answers and tells: what the options of its URL say. Pure.

Each option has a usual value, which together make the form that docs/how-to/sms-gateway.md describes; a gateway of one's own need name
none. Paths are those of `fields`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any, Final

from penstock.transport.gateway import fields as paths
from penstock.transport.gateway.request import Meaning
from penstock.transport.gateway.states import PROGRESS, plain_word
from penstock.transport.server_url import Read, ServerURLError, choice, word, yes_no
from penstock.transport.short import Progress

METHODS: Final = ("POST", "PUT")
BODIES: Final = ("json", "form")
AUTHS: Final = ("bearer", "basic", "none")
NUMBERS: Final = ("plus", "plain", "00")
SIGNATURES: Final = ("standard", "hex", "base64", "none")
_MOST: Final = 100
_JSON: Final = "json:"
_NAMED: Final = re.compile(r"\{[^{}]*\}")
"""What an address has in place of what is known of a message."""
_OURS: Final = frozenset({
    "host", "content-length", "content-type", "transfer-encoding", "connection", "expect", "te", "trailer", "upgrade",
})  # fmt: skip
"""Fields of a header that say where a request goes and where it ends: a key in one of them would leave every message in doubt."""


def _path(usual: str, option: str = "") -> Any:
    return field(default=usual, metadata={"read": paths.check, "option": option})


def _given(usual: str, read: Read, option: str = "") -> Any:
    return field(default=usual, metadata={"read": read, "option": option})


def _asking(value: str) -> str:
    if not value.startswith("/") or "//" in value or not value.isprintable():
        raise ValueError("it has to be a path from / on, with {id} or {reference} in it")
    named = _NAMED.findall(value)
    if not named:
        raise ValueError("it asks about every message the same: {id} or {reference} has to stand in it")
    if odd := next((name for name in named if name not in ("{id}", "{reference}")), ""):
        raise ValueError(f"{odd[:40]} stands for nothing; {{id}} and {{reference}} are known")
    return value


def _header(value: str) -> str:
    if not value.isascii() or not value.replace("-", "").replace("_", "").isalnum() or len(value) > 60:
        raise ValueError("it has to be the name of a header field")
    if value.lower() in _OURS:
        raise ValueError("this field of the header says how the request is to be read, and is written by us")
    return value


@dataclass(frozen=True, slots=True)
class Shape:
    """What a gateway wants. Fields of the message, then of the answer, of asking, of what it tells."""

    method: str = _given("POST", choice(METHODS, str.upper))
    body: str = _given("json", choice(BODIES, str.lower))
    auth: str = _given("", choice(AUTHS, str.lower))  # "": bearer, or basic where the URL names a user
    header: str = _given("", _header)  # the password stands in this field of the header instead
    secret: str = _path(paths.NONE)  # or in this one of the body
    to: str = _path("to")
    sender: str = _path("from", "from")
    text: str = _path("text")
    reference: str = _path("reference")  # our own name of the message, which the gateway repeats
    validity: str = _path(paths.NONE)  # seconds
    number: str = _given("plus", choice(NUMBERS, str.lower))  # how a number is written: +336, 336, 00336
    id: str = _path("id")  # the message's id in the answer
    status: str = _path(paths.NONE)  # a code or word in the answer that says more than HTTP does
    words: str = _path("message")  # what the answer says for people
    ask: str = _given("", _asking)  # where the state of a message can be asked
    receipts: bool = field(
        default=False, metadata={"read": yes_no, "option": ""}
    )  # they come, and messages wait for them
    told_list: str = _path(paths.NONE, "in.list")
    told_id: str = _path("id", "in.id")
    told_state: str = _path("status", "in.state")
    told_reference: str = _path("reference", "in.reference")
    told_error: str = _path("error", "in.error")
    told_from: str = _path("from", "in.from")
    told_to: str = _path("to", "in.to")
    told_text: str = _path("text", "in.text")
    told_at: str = _path("at", "in.at")
    signature: str = _given("standard", choice(SIGNATURES, str.lower))
    signature_header: str = _given("", _header, "signature.header")
    signature_time: str = _given("", _header, "signature.time")
    constants: tuple[tuple[str, Any], ...] = ()  # set.PATH=VALUE
    meanings: tuple[tuple[str, Meaning], ...] = ()  # http.STATUS=… and code.VALUE=…
    states: tuple[tuple[str, Progress], ...] = ()  # state.WORD=…

    def meaning(self, kind: str, value: str) -> Meaning | None:
        """What an `http` status, or a `code` at the path of `status`, was said to mean; None: nothing was."""
        known = dict(self.meanings)
        return known.get(f"{kind}.{value}", known.get(f"{kind}.*"))

    @property
    def own_states(self) -> Mapping[str, Progress]:
        """What words for states were said to mean."""
        return dict(self.states)


_FIELDS: Final = {
    (each.metadata.get("option") or each.name): each for each in fields(Shape) if "read" in each.metadata
}
_CHOSEN: Final[dict[str, Callable[[str, str], tuple[str, tuple[str, Any]]]]] = {
    "set": lambda name, value: ("constants", (paths.check(name), _constant(value))),
    "http": lambda name, value: ("meanings", (f"http.{_status(name)}", _meaning(value))),
    "code": lambda name, value: ("meanings", (f"code.{name}", _meaning(value))),
    "state": lambda name, value: ("states", (plain_word(name), _progress(value))),
}


@lru_cache(maxsize=1_000)
def shape_of(options: tuple[tuple[str, str], ...]) -> Shape:
    """Read the options of a URL. Raises ServerURLError."""
    if len(options) > _MOST:
        raise ServerURLError(f"the gateway's URL has more than {_MOST} options")
    plain: dict[str, Any] = {}
    lists: dict[str, list[Any]] = {"constants": [], "meanings": [], "states": []}
    for name, value in options:
        kind, _, which = name.partition(".")
        try:
            if name in _FIELDS:
                plain[_FIELDS[name].name] = _FIELDS[name].metadata["read"](value)
            elif kind in _CHOSEN and which:
                to, chosen = _CHOSEN[kind](which, value)
                lists[to].append(chosen)
            else:
                raise ServerURLError(_unknown(name))
        except ServerURLError:
            raise
        except ValueError as error:
            raise ServerURLError(
                f"the option {name}={value!r} of the gateway's URL is wrong: {error}"
            ) from None
    plain |= {name: tuple(each) for name, each in lists.items()}
    made = Shape(**plain)
    _check(made)
    return made


def _check(shape: Shape) -> None:
    """A message can be written in this shape. Raises ServerURLError."""
    if shape.to == paths.NONE or shape.text == paths.NONE:
        raise ServerURLError(
            "a gateway has to be told the number and the text: name the fields with to= and text="
        )
    named = [path for path in (
        shape.to, shape.sender, shape.text, shape.reference, shape.validity, shape.secret) if path != paths.NONE]  # fmt: skip
    if twice := next((path for path in named if named.count(path) > 1), ""):
        raise ServerURLError(f"the gateway's URL has two things in the field {twice}")
    if shape.signature in ("hex", "base64") and not shape.signature_header:
        raise ServerURLError(
            "name the header field that the signature stands in: signature.header=X-Signature"
        )
    try:
        written: dict[str, Any] = {}
        for path, value in [*shape.constants, *((each, "") for each in (
            shape.to, shape.sender, shape.text, shape.reference, shape.validity, shape.secret))]:  # fmt: skip
            paths.put(written, path, value)
    except ValueError as error:
        raise ServerURLError(f"the fields of the gateway's URL do not fit together: {error}") from None


def _unknown(name: str) -> str:
    known = ", ".join(sorted(_FIELDS))
    return f"the gateway's URL has an unknown option {name!r}; known are connections, check, {known}, set.FIELD, http.STATUS, code.VALUE, state.WORD"


def _constant(value: str) -> Any:
    if not value.startswith(_JSON):
        return value
    try:
        return json.loads(value.removeprefix(_JSON))
    except (ValueError, RecursionError):
        raise ValueError("behind json: a JSON value has to stand, as json:true") from None


def _meaning(value: str) -> Meaning:
    try:
        return Meaning(value.lower())
    except ValueError:
        raise ValueError(f"it may be {', '.join(Meaning)}") from None


def _progress(value: str) -> Any:
    if value.lower() not in PROGRESS:
        raise ValueError(f"it may be {', '.join(PROGRESS)}")
    return value.lower()


def _status(name: str) -> str:
    if not (name == "*" or (name.isdecimal() and 100 <= int(name) <= 599)):
        raise ValueError("behind http. a status of HTTP has to stand, as http.422")
    return word(name)
