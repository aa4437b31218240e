"""What goes wrong with a bind, in words, with a cure."""

from __future__ import annotations

from penstock.transport.reply import Trouble
from penstock.transport.smpp.centre import Centre


def describe(trouble: Trouble, centre: Centre) -> str:
    """`trouble` as a sentence and what to do about it."""
    reply = trouble.reply
    if reply.code:
        happened = f"{centre} answered {reply.command} with {reply.text}"
    else:
        named = str(centre) in reply.text or "host name" in reply.text or centre.host in reply.text
        happened = f"{reply.text[:1].upper()}{reply.text[1:]}" if named else f"{centre}: {reply.text}"
    return f"{happened.rstrip('.')}. {cure(trouble, centre)}"


def cure(trouble: Trouble, centre: Centre) -> str:
    """What to do about `trouble`, in a sentence."""
    reply = trouble.reply
    if reply.command.startswith("bind_"):
        return _bind_cure(reply.text)
    if reply.command == "tls":
        if "first byte" in reply.text:
            return "Use smpp:// for this port, or ask the operator for the port with TLS."
        return "Check the name in the certificate, name its authority with ?cafile=FILE, or give up verification with ?verify=no."
    if reply.command == "connect":
        if reply.enhanced == "5.7.1":
            return "Where that is meant, as over a VPN, write ?private=yes; it is said on the command line only (penstock transport)."
        if reply.enhanced == "5.4.4":
            return "Check the spelling of the host in the transport's URL."
        return f"Check that the port is right ({centre.port}), that no firewall stands between, and that the operator lets this machine's address in."
    return "This may pass: it is tried again."


def _bind_cure(text: str) -> str:
    if "RINVPASWD" in text or "RINVSYSID" in text or "RBINDFAIL" in text:
        return "Check system id and password in the transport's URL; some operators let in only addresses that they know."
    if "RALYBND" in text:
        return "The operator allows fewer binds: lower ?connections=, or write ?ear=no."
    if "RINVSYSTYP" in text:
        return "Ask the operator for the system type, and write it as ?system_type=."
    if "RINVBNDSTS" in text or "RINVCMDID" in text:
        return "The operator may want another kind of bind: write ?bind=transmitter."
    return "Ask the operator, and mind the address that this machine comes from."
