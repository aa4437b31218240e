"""What strangers say to the listener, and servers of others to the reader of mailboxes: nothing of it makes either of them fall."""

import socket
import threading
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from penstock.content.links import tokens
from penstock.feedback.inbound import recipients
from penstock.feedback.mailboxes import imap
from penstock.feedback.mailboxes.address import MailboxURLError, Place
from penstock.feedback.mailboxes.imap import MailboxTrouble
from penstock.platform import connections
from tests.examples import examples
from tests.integration.feedback.lmtp import dialogue, listening

KEY = b"a key of the tests, long enough"
WORDS = st.sampled_from(
    [b"LHLO x", b"MAIL FROM:<>", b"RCPT TO:<a@b.example>", b"DATA", b".", b"RSET", b"AUTH PLAIN", b"STARTTLS", b"BDAT 9 LAST",
     b"MAIL FROM:<\xff@x> SIZE=99999999999 SMTPUTF8", b"RCPT TO:<", b"VRFY", b"\x00", b"\x1b[2J", b"x" * 70_000]
)  # fmt: skip


@pytest.fixture(scope="module")
def port(module_database: str) -> Iterator[int]:
    try:
        with listening() as found:
            yield found
    finally:
        connections.close()


@settings(max_examples=examples(60))
@given(
    st.lists(st.one_of(WORDS, st.binary(max_size=200)), max_size=12), st.sampled_from([b"\r\n", b"\n", b"\r"])
)
def test_the_listener_outlives_whatever_is_said(port: int, said: list[bytes], end: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), 20) as peer:
        try:
            peer.sendall(b"".join(line + end for line in said))
            peer.shutdown(socket.SHUT_WR)
            while peer.recv(65_536):
                pass
        except ConnectionError:
            pass  # it had enough
    with dialogue(port) as lmtp:
        assert lmtp.noop()[0] == 250


@settings(max_examples=examples(200))
@given(st.text(max_size=400), st.sampled_from(["bounce+{}@x.example", "{}@x.example", "{}"]))
def test_no_address_is_ours_that_we_did_not_make(text: str, shape: str) -> None:
    address = shape.format(text)
    assert not recipients.is_return_path(address, KEY)
    recipients.role_at(address)


@given(st.integers(1, 2**40), st.integers(1, 2**40), st.integers(0, 23))
def test_a_token_with_one_sign_changed_is_forged(mailing: int, seq: int, place: int) -> None:
    token = tokens(mailing, seq, KEY)[0].decode()
    assert recipients.is_return_path(f"bounce+{token}@x.example", KEY)
    at = len(token) - 1 - place
    other = token[:at] + ("0" if token[at] != "0" else "1") + token[at + 1 :]
    assert not recipients.is_return_path(f"bounce+{other}@x.example", KEY)


@settings(max_examples=examples(200))
@given(
    st.text(max_size=120),
    st.sampled_from(["{}", "imaps://{}", "imap://u:p@{}", "imaps://{}@h.example", "imaps://u:p@h?{}"]),
)
def test_an_address_of_a_mailbox_is_one_or_is_refused(text: str, shape: str) -> None:
    try:
        place = Place.from_url(shape.format(text))
    except MailboxURLError:
        return
    again = Place.from_url(place.url, place.password)
    assert again == place
    assert "\r" not in imap.quoted(place.username)


ANSWERS = st.sampled_from(
    [b"* OK [UIDVALIDITY 7] y", b"* OK [UIDNEXT 3] y", b"* SEARCH 1 2", b"* SEARCH x 99999999999999999999", b"* 1 EXISTS",
     b"* CAPABILITY IMAP4rev1 AUTH=PLAIN MOVE UIDPLUS", b"* 1 FETCH (UID 1 BODY[]<0> {3}", b"abc)", b"* BYE gone", b"+ go on",
     b"* 1 FETCH (UID 1 BODY[] NIL)", b"* LIST () {99999999999}", b"{-1}", b"* OK [UIDVALIDITY]", b"\xff\xfe", b"*", b"* "]
)  # fmt: skip
TAGGED = st.sampled_from([b"OK done", b"OK [READ-WRITE] done", b"NO not so", b"BAD what", b"", b"{5}"])
HELLO = [
    ([b"* CAPABILITY IMAP4rev1"], b"OK done"),
    ([], b"OK done"),
    ([b"* CAPABILITY IMAP4rev1"], b"OK done"),
]
OPEN = [*HELLO, ([b"* OK [UIDVALIDITY 7] y", b"* OK [UIDNEXT 3] y"], b"OK [READ-WRITE] done")]
TURN = st.tuples(st.lists(st.one_of(ANSWERS, st.binary(max_size=40)), max_size=4), TAGGED)


@settings(max_examples=examples(80))
@given(st.lists(TURN, min_size=1, max_size=8))
@example([*HELLO, ([b"* OK [UIDVALIDITY 99999999999999999999] y"], b"OK [READ-WRITE] done")])
@example([*OPEN, ([b"* SEARCH 99999999999999999999 4294967296"], b"OK done"), ([], b"OK done")])
@example([*OPEN, ([b"* SEARCH " + b"9" * 5_000], b"OK done")])
def test_a_server_that_says_anything_is_only_a_mailbox_that_fails(
    turns: list[tuple[list[bytes], bytes]],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        speaking = threading.Thread(target=_speak, args=(listener, turns), daemon=True)
        speaking.start()
        place = Place("127.0.0.1", listener.getsockname()[1], "none", "me", "secret")
        try:
            with imap.session(place, "INBOX", readonly=False) as session:
                assert session.uidvalidity < 2**32
                for uid in session.after(0):
                    assert 0 < uid < 2**32, "the database has a place for it"
                    session.fetch(uid)
                    session.move(uid, "Done")
        except MailboxTrouble:
            pass
        speaking.join(10)
        assert not speaking.is_alive()


def _speak(listener: socket.socket, turns: list[tuple[list[bytes], bytes]]) -> None:
    """Greet, then answer each line with what is given, and hang up."""
    peer, _ = listener.accept()
    with peer, peer.makefile("rb") as lines:
        try:
            peer.sendall(b"* OK ready\r\n")
            for untagged, tagged in turns:
                tag = lines.readline(10_000).split(b" ")[0].strip()
                peer.sendall(b"".join(each + b"\r\n" for each in untagged) + tag + b" " + tagged + b"\r\n")
        except OSError:
            pass


def test_who_says_nothing_for_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "SILENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = Place("127.0.0.1", silent.getsockname()[1], "none", "me", "secret")
        with pytest.raises(MailboxTrouble, match="says nothing"):
            imap.session(place, "INBOX", readonly=True).__enter__()
