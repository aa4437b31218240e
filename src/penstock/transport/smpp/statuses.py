"""What a command_status means (SMPP 3.4 §5.1.3), and what of it the ledger is told: a Reply as from an SMTP server.

A refusal is of one of these kinds. `throttled`: not now, whoever it is for; the bind rests and nothing is counted. `temporary`: this
message later again. `recipient`: this number never. `setup`: not the receiver's fault, but that of the sender address or of the way
the transport is set up; told as a refusal of the sender (command "mail"), so that nobody is struck off for it and a mailing that
meets it again and again is interrupted. Numbers that the standard leaves to the vendors are `temporary` unless the transport's URL
says otherwise.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Literal

from penstock.transport.reply import Reply

Kind = Literal["ok", "throttled", "temporary", "recipient", "setup"]

ESME_ROK: Final = 0x00
ESME_RINVCMDLEN: Final = 0x02
ESME_RINVCMDID: Final = 0x03
ESME_RINVBNDSTS: Final = 0x04
ESME_RSYSERR: Final = 0x08
ESME_RMSGQFUL: Final = 0x14
ESME_RTHROTTLED: Final = 0x58
ESME_RX_T_APPN: Final = 0x64

STATUSES: Final[dict[int, tuple[str, Kind, str]]] = {
    0x00: ("ESME_ROK", "ok", "no error"),
    0x01: ("ESME_RINVMSGLEN", "setup", "the message's length is not allowed"),
    0x02: ("ESME_RINVCMDLEN", "setup", "the command's length is wrong"),
    0x03: ("ESME_RINVCMDID", "setup", "the command is not known"),
    0x04: ("ESME_RINVBNDSTS", "setup", "the bind does not allow this command"),
    0x05: ("ESME_RALYBND", "temporary", "bound already"),
    0x06: ("ESME_RINVPRTFLG", "setup", "the priority is not allowed"),
    0x07: ("ESME_RINVREGDLVFLG", "setup", "this way of asking for receipts is not allowed"),
    0x08: ("ESME_RSYSERR", "temporary", "the centre has an error of its own"),
    0x0A: ("ESME_RINVSRCADR", "setup", "the sender is not allowed"),
    0x0B: ("ESME_RINVDSTADR", "recipient", "invalid destination address"),
    0x0C: ("ESME_RINVMSGID", "temporary", "the message id is not known"),
    0x0D: ("ESME_RBINDFAIL", "temporary", "the bind failed"),
    0x0E: ("ESME_RINVPASWD", "setup", "the password is wrong"),
    0x0F: ("ESME_RINVSYSID", "setup", "the system id is not known"),
    0x11: ("ESME_RCANCELFAIL", "temporary", "the message could not be cancelled"),
    0x13: ("ESME_RREPLACEFAIL", "temporary", "the message could not be replaced"),
    0x14: ("ESME_RMSGQFUL", "throttled", "the centre's queue is full"),
    0x15: ("ESME_RINVSERTYP", "setup", "the service type is not allowed"),
    0x33: ("ESME_RINVNUMDESTS", "setup", "the number of destinations is wrong"),
    0x34: ("ESME_RINVDLNAME", "setup", "the distribution list is not known"),
    0x40: ("ESME_RINVDESTFLAG", "setup", "the destination flag is wrong"),
    0x42: ("ESME_RINVSUBREP", "setup", "submit with replace is not allowed"),
    0x43: ("ESME_RINVESMCLASS", "setup", "the esm_class is not allowed"),
    0x44: ("ESME_RCNTSUBDL", "setup", "the distribution list cannot be submitted to"),
    0x45: ("ESME_RSUBMITFAIL", "temporary", "the centre could not take the message"),
    0x48: ("ESME_RINVSRCTON", "setup", "the sender's type of number is not allowed"),
    0x49: ("ESME_RINVSRCNPI", "setup", "the sender's numbering plan is not allowed"),
    0x50: ("ESME_RINVDSTTON", "setup", "the receiver's type of number is not allowed"),
    0x51: ("ESME_RINVDSTNPI", "setup", "the receiver's numbering plan is not allowed"),
    0x53: ("ESME_RINVSYSTYP", "setup", "the system type is not allowed"),
    0x54: ("ESME_RINVREPFLAG", "setup", "the replace flag is not allowed"),
    0x55: ("ESME_RINVNUMMSGS", "setup", "the number of messages is wrong"),
    0x58: ("ESME_RTHROTTLED", "throttled", "more messages a second than are allowed"),
    0x61: ("ESME_RINVSCHED", "setup", "the time of delivery is not allowed"),
    0x62: ("ESME_RINVEXPIRY", "setup", "the time of validity is not allowed"),
    0x63: ("ESME_RINVDFTMSGID", "setup", "the predefined message is not known"),
    0x64: ("ESME_RX_T_APPN", "temporary", "the receiving side has a passing error"),
    0x65: ("ESME_RX_P_APPN", "recipient", "the receiving side has a lasting error"),
    0x66: ("ESME_RX_R_APPN", "recipient", "the receiving side rejects the message"),
    0x67: ("ESME_RQUERYFAIL", "temporary", "the query failed"),
    0xC0: ("ESME_RINVOPTPARSTREAM", "setup", "the optional parameters cannot be read"),
    0xC1: ("ESME_ROPTPARNOTALLWD", "setup", "an optional parameter is not allowed"),
    0xC2: ("ESME_RINVPARLEN", "setup", "a parameter's length is wrong"),
    0xC3: ("ESME_RMISSINGOPTPARAM", "setup", "an optional parameter is missing"),
    0xC4: ("ESME_RINVOPTPARAMVAL", "setup", "an optional parameter's value is wrong"),
    0xFE: ("ESME_RDELIVERYFAILURE", "recipient", "the message could not be delivered"),
    0xFF: ("ESME_RUNKNOWNERR", "temporary", "an unknown error"),
}  # fmt: skip

LASTING_AT_BIND: Final = frozenset((0x0E, 0x0F, 0x53, 0x04, 0x03))
"""Refusals of a bind that will not pass by themselves."""

_CODES: Final[dict[Kind, int]] = {
    "ok": 250,
    "throttled": 450,
    "temporary": 451,
    "recipient": 550,
    "setup": 550,
}


def kind(status: int) -> Kind:
    """Return what sort of answer `status` is."""
    found = STATUSES.get(status)
    return found[1] if found else "temporary"


@lru_cache(maxsize=512)
def words(status: int) -> str:
    """Return a status in words: `ESME_RTHROTTLED (0x58): more messages a second than are allowed`."""
    if status == ESME_ROK:
        return "ESME_ROK"
    if status in STATUSES:
        name, _, meaning = STATUSES[status]
        return f"{name} (0x{status:02X}): {meaning}"
    if 0x400 <= status <= 0x4FF:
        return f"status 0x{status:X}, which this centre's operator explains"
    return f"status 0x{status:X}, which SMPP 3.4 does not know"


@lru_cache(maxsize=1024)
def reply(status: int, command: str, peer: str, permanent: frozenset[int] = frozenset()) -> Reply:
    """Return `status` as a Reply to `command`; `permanent` are statuses that refuse a recipient for good at this centre."""
    which: Kind = "recipient" if status in permanent else kind(status)
    blamed = "mail" if which == "setup" and command == "submit_sm" else command
    return Reply(_CODES[which], "", words(status), blamed, peer)
