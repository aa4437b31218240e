"""The corpus: what servers, providers and people really write, and what is read in it."""

from pathlib import Path

import pytest

from penstock.content.links import tokens
from penstock.feedback.returned import whom
from penstock.feedback.returned.classes import judge
from penstock.feedback.returned.reading import (
    Automatic,
    Complaint,
    Reported,
    Returned,
    Unrecognised,
    Unsubscription,
    read,
)

CORPUS = Path(__file__).parents[2] / "corpus" / "returned"
KEY = b"a key for the corpus"
PUBLIC, PRIVATE = tokens(7, 3, KEY)

# name: origin, action, class, code, enhanced, and a word of what was said
BOUNCES = {
    "aol-dsn": ("dsn", "failed", "hard", 550, "", "MAILBOX NOT FOUND"),
    "aol-old": ("text", "failed", "soft", 0, "", "not accepting mail"),
    "broken-multipart": ("dsn", "failed", "hard", 0, "5.1.1", ""),
    "exchange-2003": ("dsn", "failed", "hard", 0, "5.1.1", ""),
    "exchange-2010-policy": ("dsn", "failed", "blocked", 550, "5.7.1", "authentication required"),
    "exchange-5.5": ("text", "failed", "hard", 0, "", "Unknown Recipient"),
    "exchange-delayed": ("dsn", "delayed", None, 0, "4.4.7", ""),
    "exchange-mailbox-full": ("dsn", "failed", "soft", 0, "5.2.2", "mailbox is full"),
    "exchange-online-access-denied": ("dsn", "failed", "hard", 550, "5.4.1", "Access denied"),
    "exchange-online-not-found": ("dsn", "failed", "hard", 550, "5.1.10", "RecipientNotFound"),
    "exim-classic": ("text", "failed", "hard", 550, "5.1.1", "No such user here"),
    "exim-unrouteable": ("dsn", "failed", "hard", 0, "5.0.0", "Unrouteable address"),
    "exim-warning": ("text", "delayed", None, 0, "", ""),
    "gmail-delayed": ("dsn", "delayed", None, 0, "4.4.1", ""),
    "gmail-disabled": ("dsn", "failed", "hard", 550, "5.2.1", "is inactive"),
    "gmail-no-such-user": ("dsn", "failed", "hard", 550, "5.1.1", "does not exist. Please try double-checking"),
    "gmail-over-quota": ("dsn", "failed", "soft", 552, "5.2.2", "over quota"),
    "gmail-unauthenticated": ("dsn", "failed", "blocked", 550, "5.7.26", "unauthenticated"),
    "gmail-unsolicited": ("dsn", "failed", "blocked", 550, "5.7.1", "likely unsolicited mail. To reduce"),
    "googlemail-old": ("text", "failed", "hard", 550, "5.1.1", "unknown user"),
    "groupwise": ("text", "failed", "hard", 0, "", "user not found"),
    "iis-smtpsvc": ("text", "failed", "hard", 0, "", "not found"),
    "imail-smtp32": ("text", "failed", "soft", 0, "", "exceeds allowed size"),
    "james": ("dsn", "failed", "hard", 550, "5.1.1", "unknown user"),
    "kundenserver": ("text", "failed", "hard", 550, "", "mailbox unavailable"),
    "lotus-domino": ("dsn", "failed", "hard", 0, "5.1.1", "not listed in Domino"),
    "mail-ru": ("text", "failed", "hard", 550, "", "invalid mailbox"),
    "mdaemon": ("text", "failed", "hard", 550, "", "Recipient unknown"),
    "mimecast-policy": ("dsn", "failed", "blocked", 550, "5.0.0", "Administrative prohibition"),
    "netscape": ("text", "failed", "hard", 0, "", "account is disabled"),
    "opensmtpd": ("dsn", "failed", "hard", 550, "5.0.0", "Invalid recipient"),
    "outlook-com-unavailable": ("dsn", "failed", "hard", 550, "5.5.0", "mailbox unavailable"),
    "postfix-delayed": ("dsn", "delayed", None, 450, "4.2.0", "Greylisted"),
    "postfix-delivered": ("dsn", "delivered", None, 0, "2.0.0", "delivered to mailbox"),
    "postfix-expired": ("dsn", "failed", "soft", 0, "4.4.1", "Connection timed out"),
    "postfix-international": ("dsn", "failed", "hard", 550, "5.1.1", "user unknown"),
    "postfix-no-such-domain": ("dsn", "failed", "hard", 0, "5.4.4", "Host not found"),
    "postfix-relayed": ("dsn", "elsewhere", None, 250, "2.0.0", ""),
    "postfix-spamhaus": ("dsn", "failed", "blocked", 554, "5.7.1", "zen.spamhaus.org"),
    "postfix-too-large": ("dsn", "failed", "blocked", 0, "5.3.4", "exceeds size limit"),
    "postfix-user-unknown": ("dsn", "failed", "hard", 550, "5.1.1", "User unknown in virtual"),
    "qmail": ("text", "failed", "hard", 550, "5.1.1", "no mailbox here by that name"),
    "qmail-ldap-full": ("text", "failed", "soft", 0, "5.2.2", "over the allowed quota"),
    "sendmail-user-unknown": ("dsn", "failed", "hard", 550, "5.1.1", "User unknown"),
    "sendmail-warning": ("dsn", "delayed", None, 0, "4.4.1", ""),
    "ses-suppressed": ("dsn", "failed", "hard", 550, "5.1.1", "user unknown"),
    "sina": ("text", "failed", "hard", 550, "5.1.1", "mailbox not found"),
    "without-original": ("dsn", "failed", "hard", 0, "5.2.1", ""),
    "xtext-recipient": ("dsn", "failed", "hard", 0, "5.1.6", "moved, no forwarding address"),
    "yahoo-deferred-policy": ("dsn", "failed", "blocked", 421, "4.7.0", "unexpected volume"),
    "yahoo-old": ("text", "failed", "hard", 554, "", "doesn't have a yahoo.com account"),
}  # fmt: skip
SEVERAL = {"postfix-alias-partly": ["failed", "delivered"], "postfix-two-recipients": ["failed", "failed"]}
COMPLAINTS = {
    "arf-aol": "abuse", "arf-auth-failure": "auth-failure", "arf-fraud": "fraud", "arf-headers-only": "abuse",
    "arf-not-spam": "not-spam", "arf-only-unsubscribe-link": "abuse", "arf-opt-out": "opt-out", "arf-rfc5965": "abuse",
    "arf-yahoo": "abuse", "outlook-jmrp": "abuse",
}  # fmt: skip
AUTOMATIC = {"auto-german", "auto-outlook-oof", "auto-read-receipt", "auto-ticket", "auto-vacation"}
OTHERS = {"unsubscribe", "unsubscribe-forged", "unsubscribe-without-token", "person-answers"}
WITHOUT_ORIGINAL = {
    "aol-old",
    "broken-multipart",
    "exim-warning",
    "mdaemon",
    "without-original",
    "xtext-recipient",
}


def returned(name: str) -> Returned:
    data = (CORPUS / f"{name}.eml").read_bytes()
    return read(data.replace(b"{PUBLIC}", PUBLIC).replace(b"{PRIVATE}", PRIVATE))


def test_every_message_of_the_corpus_is_expected_to_say_something() -> None:
    names = {file.stem for file in CORPUS.glob("*.eml")}
    assert names == BOUNCES.keys() | SEVERAL.keys() | COMPLAINTS.keys() | AUTOMATIC | OTHERS


@pytest.mark.parametrize("name", BOUNCES)
def test_bounces(name: str) -> None:
    found = returned(name)
    origin, action, judged, code, enhanced, words = BOUNCES[name]
    assert isinstance(found.said, Reported)
    [fate] = found.said.fates
    assert (found.said.origin, fate.action, fate.code, fate.enhanced) == (origin, action, code, enhanced)
    assert words in fate.said
    assert any("@" in each for each in fate.addresses)
    if judged:
        assert judge(fate.code, fate.enhanced, fate.said, origin) == judged
    assert whom.verified(found.envelope, KEY) == (7, 3)
    assert whom.verified(found.original, KEY) == (None if name in WITHOUT_ORIGINAL else (7, 3))
    assert whom.verified(found.envelope + found.original, b"another key") is None


@pytest.mark.parametrize("name", SEVERAL)
def test_each_recipient_of_a_notification_has_its_own_fate(name: str) -> None:
    said = returned(name).said
    assert isinstance(said, Reported)
    assert [fate.action for fate in said.fates] == SEVERAL[name]


@pytest.mark.parametrize("name", COMPLAINTS)
def test_complaints(name: str) -> None:
    found = returned(name)
    assert found.said == Complaint(COMPLAINTS[name])
    assert whom.verified(found.original, KEY) == (7, 3)


@pytest.mark.parametrize("name", sorted(AUTOMATIC))
def test_machines_that_answer(name: str) -> None:
    assert returned(name).said == Automatic()


def test_the_rest() -> None:
    assert returned("unsubscribe").said == Unsubscription(PRIVATE.decode())
    assert returned("unsubscribe-forged").said == Unsubscription("1-1-0123456789abcdef01234567")
    for name in ("unsubscribe-without-token", "person-answers"):
        assert isinstance(returned(name).said, Unrecognised)


def test_a_message_that_is_enclosed_is_not_taken_for_the_one_that_came() -> None:
    bounce = (CORPUS / "qmail.eml").read_bytes()
    forwarded = b"Subject: look\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n" + bounce
    assert isinstance(read(forwarded).said, Unrecognised)


def test_a_newsletter_full_of_links_may_come_back() -> None:
    data = (
        CORPUS / "qmail.eml"
    ).read_bytes() + b"<a href=https://example.org/message/1?boundary-1>x</a>\n" * 3000
    assert isinstance(read(data).said, Reported)


@pytest.mark.parametrize(
    ("code", "enhanced", "text", "command", "judged"),
    [
        (550, "5.1.1", "user unknown", "rcpt", "hard"),
        (550, "", "no such user here", "rcpt", "hard"),
        (450, "4.1.1", "user unknown", "rcpt", "soft"),  # temporary for as long as it was tried: nobody is struck off for it
        (550, "5.7.1", "user unknown", "rcpt", "hard"),
        (550, "5.1.1", "rejected as spam", "dot", "blocked"),
        (550, "5.1.1", "<anna@spam.example> unknown (reported by mx.spamfilter.example)", "dsn", "hard"),
        (554, "5.7.1", "Relay access denied", "rcpt", "soft"),
        (552, "5.2.2", "", "rcpt", "soft"),
        (552, "5.3.4", "", "dot", "blocked"),
        (550, "", "Mailbox temporarily unavailable", "rcpt", "soft"),
        (451, "4.7.1", "Greylisted", "rcpt", "blocked"),
        (550, "5.1.8", "sender does not exist", "rcpt", "blocked"),
        (550, "5.1.0", "sender rejected", "mail", "blocked"),
        (0, "", "the sender died before it noted the answer", "doubt", "blocked"),
        (556, "5.1.10", "", "rcpt", "hard"),
        (553, "", "", "rcpt", "hard"),
        (554, "", "", "dot", "soft"),
        (550, "5.0.0", "the provider tried and failed", "rcpt", "soft"),
        (550, "5.7.1", "rejected by the provider (suppressed, blocked, or by its policy)", "rcpt", "blocked"),
        (0, "", "", "webhook", "soft"),
    ],
)  # fmt: skip
def test_what_is_at_fault(code: int, enhanced: str, text: str, command: str, judged: str) -> None:
    assert judge(code, enhanced, text, command) == judged
