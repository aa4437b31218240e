"""A notice as an e-mail: plain text, in the bytes that go over the wire. Pure."""

import re
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from penstock.content.headers import Mailbox, field_bytes, mailboxes_bytes
from penstock.content.lines import clean
from penstock.content.mime import needs_smtputf8, recipient
from penstock.transport.envelope import Envelope

FOOTER = "This message was made by Penstock. You get it because of your role in the account {account}."


def message_id(uuid: str, identity: str, domain: str) -> str:
    """Return the Message-ID of a notice for one person: the same at each attempt."""
    return f"<notice-{uuid}-{re.sub('[^0-9a-z]', '-', identity.lower())[:60]}@{domain}>"


def envelope(
    *,
    sender: Mailbox,
    to: str,
    subject: str,
    text: str,
    uuid: str,
    at: datetime,
    account: str,
    footer: str = FOOTER,
) -> Envelope:
    """Return the notice ready to be handed over. Raises content.message.RenderError when `to` is no address.

    `footer` says why one gets it, and may name the account.

    Header fields are made by `content.headers`: whatever names hold, each is one field. The return path is the sender.
    """
    address = recipient(to)
    body = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    body.set_content(f"{clean(text)}\n\n-- \n{footer.format(account=' '.join(clean(account).split()))}\n")
    head = b"".join([
        mailboxes_bytes("From", [sender]),
        b"To: %b\r\n" % address,
        field_bytes("Subject", subject),
        field_bytes("Date", format_datetime(at)),
        b"Message-ID: %b\r\n" % message_id(uuid, to, sender.domain).encode("ascii"),
        b"Auto-Submitted: auto-generated\r\n",  # RFC 3834: no vacation answers
    ])  # fmt: skip
    data = re.sub(rb"(?m)^\.", b"..", head + body.as_bytes())
    return Envelope(
        None,
        sender.address.encode("ascii"),
        address,
        data + b".\r\n",
        smtputf8=needs_smtputf8(address.decode()),
    )
