"""Whatever names and reasons hold, a notice is one message with our header fields, and nothing in it ends it early."""

from datetime import UTC, datetime
from email import message_from_bytes, policy

from hypothesis import example, given
from hypothesis import strategies as st

from penstock.content.headers import Mailbox
from penstock.mailing.states import State
from penstock.notices import letter
from penstock.notices.kinds import Kind
from penstock.notices.wording import Told, one_line, subject, text

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
WORDS = st.text(st.characters(codec="utf-8"), max_size=300) | st.lists(
    st.sampled_from(
        ["\r\n", "\n.", ".", "\r\n.\r\n", "Bcc: x@y.z", "=?utf-8?q?=0D=0A?=", "\u2028", "\x00", "ä", "“"]
    )
).map("".join)
FIELDS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type", "Content-Transfer-Encoding",
          "MIME-Version"]  # fmt: skip


@given(
    WORDS,
    WORDS,
    WORDS,
    st.sampled_from([kind for kind in Kind if kind is not Kind.WEBHOOK_DISABLED]),
    st.sampled_from(State),
)
@example("x\r\nBcc: a@b.c", ".\r\n", "a" * 2000, Kind.REJECTED, State.REJECTED)
def test_a_notice_is_one_message_with_our_fields(
    name: str, reason: str, account: str, kind: Kind, state: State
) -> None:
    told = Told(kind, AT, reason, account, "Europe/Paris", 7, name, state.value, reason, None, 1)
    sealed = letter.envelope(
        sender=Mailbox("Penstock", "notices", "example.org"), to="ada@example.org", subject=subject(told), text=text(told),
        uuid="0" * 32, at=AT, account=account,
    )  # fmt: skip
    data = sealed.data
    assert data.endswith(b"\r\n.\r\n")
    assert b"\r\n.\r\n" not in data[:-3], "the dot that ends the data comes once"
    assert all(line.startswith(b"..") for line in data[:-3].split(b"\r\n") if line.startswith(b"."))
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")
    assert data.isascii()
    assert max(map(len, data.split(b"\r\n"))) <= 998
    mail = message_from_bytes(data[:-3].replace(b"\r\n..", b"\r\n."), policy=policy.default)
    assert sorted(mail.keys()) == sorted(FIELDS)
    assert mail["To"] == "ada@example.org"
    assert not mail.defects


@given(WORDS, st.integers(10, 200))
def test_a_line_is_one_and_not_longer_than_asked(words: str, longest: int) -> None:
    line = one_line(words, longest)
    assert len(line) <= longest
    assert len(line.splitlines()) <= 1
    assert line == line.strip()
