"""Messages judged by others: by a real Postfix, which must not touch them, and by those who read mail for a living."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes

import dkim
import pytest

from tests.acceptance.judges import seen
from tests.acceptance.judges.meaning import Mailboxes, Meaning, in_a_labels, lined, marked, meaning
from tests.acceptance.judges.round import FULL, Case, Round, different, message_id, untraced
from tests.acceptance.judges.seen import Seen
from tests.opendkim import OpenDKIM

pytestmark = pytest.mark.timeout(900 if FULL else 240)

_FIELDS = {
    "received", "from", "to", "subject", "date", "message-id", "list-unsubscribe", "list-unsubscribe-post", "mime-version",
    "content-type", "precedence", "content-transfer-encoding",
}  # fmt: skip
_OPTIONAL = {"content-transfer-encoding"}
_SIGNATURE = "dkim-signature"
CASES = 2_000 if FULL else 150


def test_a_relay_hands_on_what_it_was_given(sent: Round) -> None:
    """Through Postfix and out unchanged but for its trace field: nothing in the octets made it mend, fold or recode them."""
    assert len(sent.cases) + len(sent.skipped) == sum(map(len, sent.asked.values()))
    assert len(sent.cases) >= CASES
    assert not different((str(case), untraced(case.out), case.into) for case in sent.cases)


def test_the_octets_keep_the_rules_of_mail(sent: Round) -> None:
    """RFC 5321 §4.5.3.1.6 and RFC 5322 §2.1.1, §2.2: lines, line ends and header fields."""
    for case in sent.cases:
        assert not re.search(rb"[^\r]\n|\r[^\n]|\A\n|\r\Z|\0", case.into), case
        assert case.into.endswith(b"\r\n"), case
        assert max(map(len, case.into.split(b"\r\n"))) <= 998, case
        head = case.into.partition(b"\r\n\r\n")[0]
        assert case.letter.name.isascii() or head.isascii() or not case.address.isascii(), case


def test_whoever_gets_none_is_one_of_whose_data_none_can_be_made(sent: Round) -> None:
    for letter, address in sent.skipped:
        assert meaning(letter, sent.contacts[address], address, "https://mail.example.org/u/x") is None, (
            letter,
            address,
        )


def test_dkimpy_verifies_every_signature(sent: Round) -> None:
    def asked(name: bytes, timeout: float = 5) -> bytes | None:
        record = sent.records.get(name.decode().rstrip("."))
        return record.encode() if record else None

    for case in _signed(sent):
        assert case.out.count(b"\r\nDKIM-Signature:") == 2, case
        assert all(dkim.DKIM(case.out).verify(number, dnsfunc=asked) for number in range(2)), case


def test_opendkim_verifies_every_signature(sent: Round) -> None:
    judge = OpenDKIM(sent.records)
    assert not different((str(case), judge.verdicts(case.out), ["pass", "pass"]) for case in _signed(sent))


def _signed(sent: Round) -> list[Case]:
    """All that were to be signed; no other message is."""
    signed = [case for case in sent.cases if case.signed]
    assert len(signed) > CASES / 4
    assert [case for case in sent.cases if b"\r\nDKIM-Signature:" in case.out] == signed
    return signed


def test_python_reads_what_was_meant(sent: Round) -> None:
    judged = [(case, seen.by_email(case.out)) for case in sent.cases]
    # Between the encoded-words of a name Python's `email` reads a blank that RFC 2047 §6.2 has it leave out.
    assert not different(_differences(judged, name=lambda name, _: re.sub(" ", "", name)))


def test_mailparser_reads_what_was_meant(sent: Round) -> None:
    judged = list(zip(sent.cases, seen.by_mailparser(case.out for case in sent.cases), strict=True))
    # A name that is the address is none to it.
    assert not different(_differences(judged, name=lambda name, address: "" if name == address else name))


def test_the_judges_would_notice(sent: Round) -> None:
    """One letter of a text changed on the way, under a signature and without: each judge says so."""
    case = next(
        case
        for case in _signed(sent)
        if case.letter.text and not case.letter.html and b"\r\n\r\nDear" in case.out
    )
    changed = replace(case, out=case.out.replace(b"\r\n\r\nDear", b"\r\n\r\nDeer"))
    assert untraced(changed.out) != changed.into
    assert OpenDKIM(sent.records).verdicts(changed.out) != ["pass", "pass"]
    for judged in (seen.by_email(changed.out), *seen.by_mailparser([changed.out])):
        assert different(_differences([(changed, judged)], name=lambda name, _: name))


def _differences(
    judged: list[tuple[Case, Seen]], name: Callable[[str, str], str]
) -> Iterator[tuple[str, object, object]]:
    """What was seen beside what was meant; `name` puts a name (of an address) as the judge has it."""

    def named(mailboxes: Mailboxes) -> Mailboxes:
        return [(name(one, address), address) for one, address in mailboxes]

    for case, found in judged:
        meant = meaning(case.letter, case.attributes, case.address, _link(case))
        assert meant is not None, f"{case} could not be made"
        yield f"{case}: from", named(found.sender), named(meant.sender)
        yield f"{case}: reply-to", named(found.reply_to), named(meant.reply_to)
        for what, one, other in (*_heads(case, found, meant), *_bodies(case, found, meant)):
            yield f"{case}: {what}", one, other


def _heads(case: Case, found: Seen, meant: Meaning) -> Iterator[tuple[str, object, object]]:
    yield "subject", found.subject, meant.subject
    yield "to", [address for _, address in found.to], [in_a_labels(case.address)]
    yield "message-id", found.message_id.encode(), message_id(case.into)
    for name, value in meant.headers.items():
        if found.values and name != "List-Id":
            yield name, found.values[name.lower()], value
    extra = {name.lower() for name in case.letter.headers} | ({"reply-to"} if meant.reply_to else set())
    once = [name for name in found.fields if name != _SIGNATURE]
    yield "fields", set(once) - _FIELDS, extra - _FIELDS
    yield "fields", _FIELDS - _OPTIONAL - set(once), set()
    yield "fields", sorted(once), sorted(set(once))


def _bodies(case: Case, found: Seen, meant: Meaning) -> Iterator[tuple[str, object, object]]:
    yield "text", found.text is None, False
    if meant.text is not None:
        yield "text", ended(found.text or ""), ended(meant.text)
    if meant.html is not None:
        yield "html", ended(found.html or ""), ended(meant.html)
    elif case.letter.mjml or case.letter.design:
        yield "marked", marked(found.html or ""), meant.marked
    else:
        yield "html", found.html, None


def _link(case: Case) -> str:
    """The unsubscribe link of a message, which nobody can foresee: its secret is."""
    found = re.search(
        r"<(https://mail\.example\.org/u/[\w-]+)>", str(message_from_bytes(case.out)["List-Unsubscribe"])
    )
    assert found, case
    return found[1]


def ended(text: str) -> str:
    """Without the line ends that end it, of which mail has at least one and judges drop some."""
    return lined(text).rstrip("\n")
