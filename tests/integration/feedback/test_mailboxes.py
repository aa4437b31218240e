"""Mailboxes are read by IMAP: each message once, nothing lost, whatever breaks in between; and their passwords stay where they are."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from penstock.account.access import Forbidden
from penstock.feedback import jobs as returning
from penstock.feedback import receive
from penstock.feedback.mailboxes import collecting, imap, keeping
from penstock.feedback.mailboxes.address import Place
from penstock.feedback.mailboxes.keeping import Mailbox, MailboxError
from penstock.feedback.receive import Received
from penstock.mailing.control import Actor
from penstock.notices import outbox
from penstock.platform import jobs
from tests.integration.delivery.stage import ANNA
from tests.integration.feedback import dovecot

Conn = psycopg.Connection[Any]
OWNER = Actor("owner", ANNA.roles, "cli")
SECRET = quote(dovecot.PASSWORD, safe="")


@pytest.fixture(scope="module")
def mail() -> Iterator[dovecot.Dovecot]:
    with dovecot.running() as found:
        yield found


@pytest.fixture
def folder(mail: dovecot.Dovecot) -> str:
    """A new folder, so that each test has a mailbox of its own."""
    name = f"Returned {threading.get_native_id()} {len(mail.folders())} & été"
    with mail.client() as client:
        client.create(imap.quoted(name))
    return name


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What was handed on, instead of what becomes of it: placed, unless it says that it is a stray."""
    found: list[bytes] = []

    def receive_(
        conn: Conn, data: bytes, *, door: str, account: int | None = None, **_: Any
    ) -> list[Received]:
        assert (door, account) == ("imap", 1)
        found.append(data)
        return [Received("stray" if b"stray" in data else "bounced", 1, 1, "noted")]

    monkeypatch.setattr(receive, "receive", receive_)
    return found


def message(word: str, size: int = 10) -> bytes:
    return f"Subject: {word}\r\n\r\n{'x' * size}\r\n".encode()


def added(conn: Conn, mail: dovecot.Dovecot, folder: str, /, **more: Any) -> Mailbox:
    url = f"imap://{quote(dovecot.USER)}:{SECRET}@127.0.0.1:{mail.port}"
    return keeping.create(conn, 1, **{"name": folder, "url": url, "folder": folder, "actor": OWNER} | more)


def lies(mail: dovecot.Dovecot, folder: str) -> list[str]:
    return [flags for _, flags in mail.lies(imap.quoted(folder)[1:-1])]


@pytest.mark.parametrize("way", ["clear", "starttls", "tls"])
def test_a_mailbox_is_read_once(
    conn: Conn, mail: dovecot.Dovecot, folder: str, taken: list[bytes], way: str
) -> None:
    user, trust = quote(dovecot.USER, safe=""), quote(str(mail.cafile))
    url = {
        "clear": f"imap://{user}:{SECRET}@127.0.0.1:{mail.port}",
        "starttls": f"imap://{user}:{SECRET}@localhost:{mail.port}?tls=starttls&cafile={trust}",
        "tls": f"imaps://{user}:{SECRET}@localhost:{mail.tls}?cafile={trust}",
    }[way]
    mail.put(message("one"), message("a stray"), message("large", 1_200_000), folder=imap.quoted(folder))
    box = added(conn, mail, folder, url=url)
    assert box.state == "new"
    assert collecting.due(conn) == [box.id]
    done = collecting.collect(conn, box.id)
    assert (done.messages, done.placed, done.trouble, done.more) == (3, 2, "", False)
    assert [len(data) for data in taken] == [len(message("one")), len(message("a stray")), imap.KEPT]
    assert lies(mail, folder) == [r"\Seen", "", r"\Seen"]  # a stray stays as it is
    assert collecting.due(conn) == []
    again = collecting.collect(conn, box.id)
    assert (again.messages, again.trouble) == (0, "")
    mail.put(message("two"), folder=imap.quoted(folder))
    assert collecting.collect(conn, box.id).messages == 1
    found = keeping.find(conn, 1, box.id)
    assert (found.state, found.messages, found.placed) == ("sound", 4, 3)


@pytest.mark.parametrize(("afterwards", "left", "moved"), [("delete", 0, 0), ("move", 0, 2), ("leave", 2, 0)])
def test_what_was_placed_is_deleted_moved_or_left(
    conn: Conn, mail: dovecot.Dovecot, folder: str, taken: list[bytes], afterwards: str, left: int, moved: int
) -> None:
    done_folder = f"Done with {folder}" if afterwards == "move" else ""
    mail.put(message("one"), message("two"), message("a stray"), folder=imap.quoted(folder))
    box = added(conn, mail, folder, afterwards=afterwards, done_folder=done_folder)
    assert collecting.collect(conn, box.id).trouble == ""
    assert lies(mail, folder) == [""] * (left + 1)
    assert len(lies(mail, done_folder)) == moved if done_folder else True
    assert len(taken) == 3


def test_nothing_is_lost_when_the_reader_dies_in_between(
    conn: Conn, mail: dovecot.Dovecot, folder: str, taken: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    mail.put(*(message(str(number)) for number in range(4)), folder=imap.quoted(folder))
    box = added(conn, mail, folder)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(imap.Session, "see", dies)  # after the first was noted, before it is marked
        with pytest.raises(KeyboardInterrupt):
            collecting.collect(conn, box.id)
    assert lies(mail, folder) == [""] * 4
    assert collecting.collect(conn, box.id).messages == 4
    assert taken == [message("0"), *(message(str(number)) for number in range(4))]
    assert lies(mail, folder) == [r"\Seen"] * 4


def test_a_turn_is_bounded_and_the_next_goes_on(
    conn: Conn, mail: dovecot.Dovecot, folder: str, taken: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    mail.put(*(message(str(number)) for number in range(5)), folder=imap.quoted(folder))
    box = added(conn, mail, folder)
    monkeypatch.setattr(collecting, "AT_ONCE", 2)
    turns = [collecting.collect(conn, box.id) for _ in range(3)]
    assert [(turn.messages, turn.more) for turn in turns] == [(2, True), (2, True), (1, False)]
    assert taken == [message(str(number)) for number in range(5)]


def test_a_folder_that_was_made_anew_is_read_from_its_beginning(
    conn: Conn, mail: dovecot.Dovecot, folder: str, taken: list[bytes]
) -> None:
    mail.put(message("old"), message("older"), folder=imap.quoted(folder))
    box = added(conn, mail, folder)
    collecting.collect(conn, box.id)
    conn.execute("update feedback_mailbox set uidvalidity = uidvalidity - 1")
    collecting.collect(conn, box.id)
    assert len(taken) == 4


@pytest.mark.parametrize("kind", [psycopg.DataError, ValueError])
def test_one_message_that_cannot_be_noted_does_not_hold_up_the_others(
    conn: Conn,
    mail: dovecot.Dovecot,
    folder: str,
    taken: list[bytes],
    monkeypatch: pytest.MonkeyPatch,
    kind: type[Exception],
) -> None:
    given = receive.receive

    def receive_(conn: Conn, data: bytes, **more: Any) -> list[Received]:
        if b"poison" in data:
            raise kind("no such thing")
        return given(conn, data, **more)

    monkeypatch.setattr(receive, "receive", receive_)
    mail.put(message("poison"), message("sound"), folder=imap.quoted(folder))
    box = added(conn, mail, folder)
    done = collecting.collect(conn, box.id)
    assert (done.messages, done.placed) == (2, 1)
    assert lies(mail, folder) == ["", r"\Seen"]


def _closes(listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.sendall(b"* OK ready\r\n")
            connection.recv(1000)
            connection.sendall(b"* LIST (" + b"x" * 200 + b"\r\n* 1 FETCH {99999999999}\r\n")


@pytest.mark.parametrize(
    ("greeting", "words"),
    [
        (
            b"220 mail.example.org ESMTP Postfix\r\n",
            ": 220 mail.example.org ESMTP Postfix.",
        ),
        (b"* what'\"<b>\x1b[31m\\ \xc3\xa9\r\n", ": * what'\"<b> [31m\\ é."),
    ],
)
def test_what_a_server_says_is_told_as_it_said_it(greeting: bytes, words: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as rude:
        threading.Thread(target=lambda: rude.accept()[0].sendall(greeting), daemon=True).start()
        place = Place.from_url(f"imap://anna:secret@127.0.0.1:{rude.getsockname()[1]}?tls=none")
        with pytest.raises(imap.MailboxTrouble) as told, imap.session(place, "INBOX", readonly=True):
            pass
    assert str(told.value).endswith(words)


def test_what_goes_wrong_is_said_in_words(conn: Conn, mail: dovecot.Dovecot, folder: str) -> None:
    url, wrong = f"imap://{quote(dovecot.USER)}:{SECRET}", f"imap://{quote(dovecot.USER)}:wrong"
    user = quote(dovecot.USER, safe="")
    with socket.create_server(("127.0.0.1", 0)) as rude:
        threading.Thread(target=_closes, args=(rude,), daemon=True).start()
        tried: dict[str, dict[str, Any]] = {
            "Check user and password": {"url": f"{wrong}@127.0.0.1:{mail.port}"},
            "cannot be opened": {"folder": "Nowhere"},
            "cannot be reached": {"url": f"{url}@127.0.0.1:1"},
            "not to be trusted": {"url": f"imaps://{user}:{SECRET}@localhost:{mail.tls}"},
            "Check the port": {"url": f"imaps://{user}:{SECRET}@127.0.0.1:{mail.port}"},
            "no host": {"url": f"{url}@nowhere.invalid:1430"},
            "breaks off": {"url": f"{url}@127.0.0.1:{rude.getsockname()[1]}"},
        }
        for words, given in tried.items():
            box = added(conn, mail, folder, **{"name": words} | given)
            done = collecting.collect(conn, box.id)
            assert words in done.trouble, done.trouble
            assert dovecot.PASSWORD not in done.trouble
    boxes = keeping.listed(conn, 1)
    assert {box.state for box in boxes} == {"failing"}
    assert collecting.due(conn) == []  # each rests before it is tried again


def test_who_fails_again_and_again_is_told_of_once(conn: Conn, mail: dovecot.Dovecot, folder: str) -> None:
    box = added(conn, mail, folder)
    keeping.update(conn, 1, box.id, folder="Nowhere", actor=OWNER)
    for _ in range(5):
        collecting.collect(conn, box.id)
    keeping.update(conn, 1, box.id, enabled=True, actor=OWNER)
    conn.execute("update feedback_mailbox set folder = %s", (folder,))
    collecting.collect(conn, box.id)
    told = [row[0] for row in conn.execute("select command from mailing_entry order by id").fetchall()]
    assert [each for each in told if each.startswith("mailbox")] == [
        "mailbox_add",
        "mailbox_update",
        "mailbox_failing",
        "mailbox_recovered",
    ]
    outbox.turn(conn)
    notices = conn.execute("select kind, subject, text from notices_notice").fetchall()
    assert [row[0] for row in notices] == ["mailbox.failing"]
    assert "cannot be read" in notices[0][1]
    assert "Nowhere cannot be opened" in notices[0][2]


def test_the_password_goes_to_nobody_else(conn: Conn) -> None:
    box = keeping.create(conn, 1, name="b", url="imaps://b:hidden@imap.example.org", actor=OWNER)
    assert "hidden" not in str(box)
    assert box.url == "imaps://b@imap.example.org:993"
    stored = conn.execute("select url, secret from feedback_mailbox").fetchone()
    assert stored is not None
    assert b"hidden" not in bytes(stored[1])
    assert keeping.opened(conn, box.id).password == "hidden"
    for elsewhere in ("imaps://b@evil.example", "imaps://b@imap.example.org:994", "imap://b@imap.example.org",
                      "imaps://c@imap.example.org"):  # fmt: skip
        with pytest.raises(MailboxError, match="Give it again"):
            keeping.update(conn, 1, box.id, url=elsewhere, actor=OWNER)
    kept = keeping.update(conn, 1, box.id, url="imaps://b@imap.example.org:993", name="other", actor=OWNER)
    assert (kept.name, keeping.opened(conn, box.id).password) == ("other", "hidden")
    told = conn.execute("select string_agg(data::text, ' ') from mailing_entry").fetchone()
    assert told is not None
    assert "hidden" not in told[0]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"url": "imaps://imap.example.org"}, "who logs in"),
        ({"url": "pop3://b:c@imap.example.org"}, "begins with imaps"),
        ({"url": "imaps://b@imap.example.org"}, "needs a password"),
        ({"url": "imap://b:c@imap.example.org?tls=none"}, "it may be starttls"),
        ({"url": "imaps://b:c@imap.example.org/INBOX"}, "folder is named apart"),
        ({"url": "imaps://b:c%0d%0aX@imap.example.org"}, "control character"),
        ({"url": "imaps://b:c@imap..example"}, "no host"),
        ({"afterwards": "move"}, "Name the folder"),
        ({"afterwards": "move", "done_folder": "INBOX"}, "another folder"),
        ({"afterwards": "burn"}, "Afterwards"),
        ({"name": "a\nb"}, "one printable line"),
        ({"folder": ""}, "Name the folder"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(conn: Conn, given: dict[str, Any], words: str) -> None:
    usual = {"name": "b", "url": "imaps://b:c@imap.example.org", "actor": OWNER}
    with pytest.raises(MailboxError, match=words):
        keeping.create(conn, 1, **usual | given)


def test_mailboxes_are_the_administrators(conn: Conn) -> None:
    author = Actor("anna", frozenset({"author"}), "web")
    with pytest.raises(Forbidden):
        keeping.create(conn, 1, name="b", url="imaps://b:c@imap.example.org", actor=author)
    everything = Actor("anna", ANNA.roles, "web")
    with pytest.raises(MailboxError, match="command line only"):
        keeping.create(
            conn, 1, name="b", url="imaps://b:c@imap.example.org?cafile=/etc/passwd", actor=everything
        )


def test_a_worker_reads_those_whose_turn_it_is(
    conn: Conn, mail: dovecot.Dovecot, folder: str, taken: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "AT_ONCE", 3)
    mail.put(*(message(str(number)) for number in range(5)), folder=imap.quoted(folder))
    box = added(conn, mail, folder)
    added(conn, mail, folder, name="off")
    keeping.update(conn, 1, keeping.chosen(conn, 1, "off").id, enabled=False, actor=OWNER)
    returning.collect_mailboxes(0)
    keeping.read_now(conn, 1, box.id, OWNER)  # one that waits is enough
    for _ in range(2):  # the second turn waits for the end of the first
        asyncio.run(jobs.work(wait=False))
    found = keeping.find(conn, 1, box.id)
    assert (found.messages, found.state) == (5, "sound")
    assert len(taken) == 5
