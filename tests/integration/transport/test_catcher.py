"""The catching server, and the pool sending to it."""

import email
from pathlib import Path

from penstock.transport.catcher import Catcher, Faults
from penstock.transport.envelope import Envelope, Peer
from penstock.transport.smtp.pool import Pool
from penstock.transport.smtp.probe import probe
from penstock.transport.smtp.server import Server
from tests.integration.transport.peer import Memory, on_uvloop, until


class Letters(Memory):
    """A source with given letters."""

    def __init__(self, *letters: Envelope) -> None:
        super().__init__()
        self.letters = list(letters)

    def take(self, peer: Peer) -> Envelope | None:
        return self.letters.pop(0) if self.letters else None


@on_uvloop
async def test_messages_arrive_as_they_were_written(tmp_path: Path) -> None:
    data = "Subject: Grüße\r\n\r\n..hidden\r\n..\r\nlast\r\n.\r\n".encode()
    letter = Envelope(1, b"s@example.org", "jürgen@münchen.example".encode(), data, smtputf8=True)
    source = Letters(letter)
    async with Catcher(maildir=tmp_path / "caught") as catcher:
        pool = Pool(Server.from_url(catcher.url), source, 1)
        pool.wake()
        await until(lambda: source.settled)
        await pool.close()
        [caught] = catcher.messages
    assert source.accepted == [1]
    assert caught.recipients == ("jürgen@münchen.example",)
    assert caught.data == "Subject: Grüße\r\n\r\n.hidden\r\n.\r\nlast\r\n".encode()
    assert {"SMTPUTF8", "BODY=8BITMIME"} <= set(caught.options)
    assert catcher.counts == {"jürgen@münchen.example": 1}
    [kept] = (tmp_path / "caught" / "new").iterdir()
    assert email.message_from_bytes(kept.read_bytes()).get_payload().startswith(".hidden")


@on_uvloop
async def test_it_offers_what_the_sender_can_use() -> None:
    async with Catcher() as catcher:
        peer = await probe(Server.from_url(catcher.url))
    assert peer.pipelining
    assert peer.eightbitmime
    assert peer.smtputf8
    assert peer.size


@on_uvloop
async def test_it_refuses_and_defers_as_told() -> None:
    faults = Faults(refuse={"r1@*": "550 5.1.1 No such user"}, defer_matching={"r2@*": "450 4.2.1 Later"})
    source = Memory(5)
    async with Catcher(faults=faults) as catcher:
        pool = Pool(Server.from_url(catcher.url), source, 2)
        pool.wake()
        await until(lambda: source.settled == 5)
        await pool.close()
    codes = {number: (reply.code, reply.enhanced) for number, reply in source.replies}
    assert codes[1] == (550, "5.1.1")
    assert codes[2] == (450, "4.2.1")
    assert sorted(source.accepted) == [0, 3, 4]
    assert catcher.total == 3


@on_uvloop
async def test_it_defers_a_share_repeatably() -> None:
    shares = []
    for _ in range(2):
        source = Memory(100)
        async with Catcher(faults=Faults(defer=0.2, seed=7)) as catcher:
            pool = Pool(Server.from_url(catcher.url), source, 1)
            pool.wake()
            await until(lambda source=source: source.settled == 100)
            await pool.close()
        shares.append(sorted(source.accepted))
    assert shares[0] == shares[1]
    assert 65 < len(shares[0]) < 95


@on_uvloop
async def test_a_connection_dropped_at_the_dot_leaves_a_doubt() -> None:
    source = Memory(1)
    async with Catcher(faults=Faults(drop_at="dot")) as catcher:
        pool = Pool(Server.from_url(catcher.url), source, 1)
        pool.wake()
        await until(lambda: source.settled)
        await pool.close()
    assert source.doubtful == [0]
