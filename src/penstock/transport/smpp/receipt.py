"""What a receipt says (SMPP 3.4 §5.2.12, §5.3.2.35, appendix B). Pure; never raises.

The standard gives the fields of a receipt's text as an example only, so centres write it in many ways:

    id:IIIIIIIIII sub:001 dlvrd:001 submit date:2011220804 done date:2011220805 stat:DELIVRD err:000 text:the first 20 charact
    ID:4a1f Stat:UNDELIV Err:0x21        (other order, case, numbers, fields left out)
    id=4711,state=EXPIRED,error=69       (other separators)

Where the optional parameters say the same, they count: they are the standard.
"""

from __future__ import annotations

import re
from datetime import datetime, tzinfo
from typing import Final

from penstock.transport.reply import sanitise
from penstock.transport.short import Progress, Receipt
from penstock.transport.smpp import commands
from penstock.transport.smpp.centre import Centre
from penstock.transport.smpp.pdu import Delivery

TEXT_LIMIT: Final = 1_000
"""Characters of a receipt that are read; its text may repeat the message."""
_ID_LIMIT: Final = 255

# Names of fields, the longer ones first; a value goes on until the next name.
_FIELD = re.compile(
    r"(?:^|[\s,;|])(id|msg[ _]?id|message[ _]?id|sub|dlvrd|submit[ _]?date|done[ _]?date|stat(?:us|e)?|err(?:or)?(?:[ _]?code)?|text)\s*[:=]",
    re.IGNORECASE,
)
_USUAL = re.compile(
    r"id:(\S{1,65}) sub:\S* dlvrd:\S* submit date:\S* done date:(\S*) stat:(\S*) err:(\S*)(?: text:|$)",
    re.IGNORECASE,
)
"""What appendix B has as an example, as most centres write it: read in one go."""
_WORDS: Final[dict[str, Progress]] = {
    "DELIVRD": "delivered", "DELIVERED": "delivered", "DELIVERD": "delivered", "DELIVERED_TO_HANDSET": "delivered",
    "EXPIRED": "failed", "DELETED": "failed", "UNDELIV": "failed", "UNDELIVERABLE": "failed", "UNDELIVERED": "failed",
    "UNDELIVRD": "failed", "UNDELIVERD": "failed", "REJECTD": "failed", "REJECTED": "failed", "FAILED": "failed", "SKIPPED": "failed",
    "ACCEPTD": "underway", "ACCEPTED": "underway", "ENROUTE": "underway", "EN_ROUTE": "underway", "SCHEDULED": "underway",
    "BUFFERD": "underway", "BUFFRED": "underway", "BUFFERED": "underway", "SUBMITD": "underway", "SUBMITTED": "underway",
    "PENDING": "underway", "QUEUED": "underway", "UNKNOWN": "unknown",
}  # fmt: skip
_STATES: Final[dict[int, Progress]] = {
    0: "underway", 1: "underway", 2: "delivered", 3: "failed", 4: "failed", 5: "failed", 6: "underway", 7: "unknown", 8: "failed",
    9: "failed",
}  # fmt: skip
"""message_state (§5.2.28), with SMPP 5's SCHEDULED and SKIPPED."""
_NAMES: Final = (
    "SCHEDULED", "ENROUTE", "DELIVERED", "EXPIRED", "DELETED", "UNDELIVERABLE", "ACCEPTED", "UNKNOWN", "REJECTED", "SKIPPED",
)  # fmt: skip
_NETWORKS: Final = {1: "ANSI-136", 2: "IS-95", 3: "GSM", 4: "ANSI-136", 5: "IS-95"}


def is_receipt(delivery: Delivery) -> bool:
    """Tell whether it is about a message of ours: esm_class says so, or the parameters that no receiver can write.

    The text alone is no proof: a receiver may send "id:1 stat:DELIVRD".
    """
    kind = delivery.esm_class & commands.KIND
    if kind in (commands.KIND_RECEIPT, commands.KIND_INTERMEDIATE):
        return True
    return commands.RECEIPTED_MESSAGE_ID in delivery.options and commands.MESSAGE_STATE in delivery.options


def receipt(delivery: Delivery, text: str, centre: Centre, zone: tzinfo | None = None) -> Receipt | None:
    """Read a receipt whose text is `text`; None for one that names no message. `zone`: of its dates, which are left out without."""
    found = fields(text)
    named = _c_string(delivery.options.get(commands.RECEIPTED_MESSAGE_ID, b""))
    if named:
        message_id = centre.id_of(named, receipt=False)  # written as in the response
    elif found.get("id"):
        message_id = centre.id_of(found["id"].split()[0], receipt=True)
    else:
        return None
    message_id = _safe(message_id)[:_ID_LIMIT]
    if not message_id:
        return None
    state, word = _state(delivery, found)
    if delivery.esm_class & commands.KIND == commands.KIND_INTERMEDIATE and state == "delivered":
        state = "underway"
    return Receipt(
        message_id, state, _error(delivery, found), _safe(word or text[:160]), _number(delivery.source),
        at=date(found.get("done", ""), zone),
    )  # fmt: skip


def fields(text: str) -> dict[str, str]:
    """Return the fields of a receipt's text: id, done, stat, err, and in other formats than the usual one whatever there is."""
    if usual := _USUAL.match(text):
        return dict(zip(("id", "done", "stat", "err"), usual.groups(), strict=True))
    text = text[:TEXT_LIMIT]
    found: dict[str, str] = {}
    names = list(_FIELD.finditer(text))
    for place, name in enumerate(names):
        key = _key(name[1])
        last = key == "text"
        end = len(text) if last or place + 1 == len(names) else names[place + 1].start()
        found.setdefault(key, text[name.end() : end].strip(" \t\r\n,;|\0"))
        if last:
            break
    return found


def date(written: str, zone: tzinfo | None) -> datetime | None:
    """Read YYMMDDhhmm, with or without seconds, or with the century (YYYYMMDDhhmmss); None where it cannot be read, or where is not known."""
    digits = "".join(written.split())
    shape = {10: "%y%m%d%H%M", 12: "%y%m%d%H%M%S", 14: "%Y%m%d%H%M%S"}.get(len(digits))
    if zone is None or shape is None or not digits.isascii() or not digits.isdigit():
        return None
    try:
        return datetime.strptime(digits, shape).replace(tzinfo=zone)
    except ValueError:
        return None


def of_state(number: int) -> tuple[Progress, str]:
    """Return what a message_state means, and its name."""
    return _STATES.get(number, "unknown"), _NAMES[number] if number < len(_NAMES) else f"state {number}"


def _key(name: str) -> str:
    name = name.lower()
    if name.startswith(("submit", "done", "stat", "err")):
        return {"sub": "submit", "don": "done", "sta": "stat", "err": "err"}[name[:3]]
    return "id" if name.endswith("id") else name


def _state(delivery: Delivery, found: dict[str, str]) -> tuple[Progress, str]:
    told = delivery.options.get(commands.MESSAGE_STATE, b"")
    if len(told) == 1:
        return of_state(told[0])
    word = found.get("stat", "")
    if word in _WORDS:
        return _WORDS[word], word
    name = re.sub(r"[\s-]+", "_", word.strip(" .:\"'")).upper()
    if name.isascii() and name.isdigit() and len(name) < 3:
        return of_state(int(name))
    return _WORDS.get(name, "unknown"), word


def _error(delivery: Delivery, found: dict[str, str]) -> str:
    told = delivery.options.get(commands.NETWORK_ERROR_CODE, b"")
    if len(told) == 3 and any(told[1:]):  # the network's kind, and the code in two octets (§5.3.2.31)
        code = int.from_bytes(told[1:], "big")
        network = _NETWORKS.get(told[0])
        return f"{network} {code}" if network else str(code)
    error = _safe(found.get("err", ""))[:60]
    return error if error.strip("0") else ""  # 000 is none


def _number(source: str) -> str:
    """The receiver's number as we wrote it: always international."""
    digits = source.strip().removeprefix("+").removeprefix("00")
    return f"+{digits}" if digits.isascii() and digits.isdigit() and len(digits) <= 20 else ""


def _safe(text: str) -> str:
    return text if text.isascii() and text.isprintable() and len(text) <= _ID_LIMIT else sanitise(text)


def _c_string(value: bytes) -> str:
    return value.partition(b"\0")[0].decode("latin-1").strip()
