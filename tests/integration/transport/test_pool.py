"""The pool over real sockets: what is sent, what comes back, what a stop means, who is kept waiting."""

import asyncio
import socket
import struct
import threading
import time

import pytest

from penstock.transport import reaching
from penstock.transport.smtp.pool import Pool
from penstock.transport.smtp.server import Server
from penstock.transport.smtp.timeouts import Timeouts
from tests.integration.transport.peer import Gone, Listening, Memory, Talk, on_uvloop, until

QUICK = Timeouts(greeting=0.2, command=0.2, data=0.2, block=0.2, dot=0.2, quit=0.2, idle=0.2)


def server(port: int, options: str = "") -> Server:
    return Server.from_url(f"smtp://127.0.0.1:{port}?tls=none{options}")


async def accepting(talk: Talk) -> None:
    await talk.open()
    await talk.accept_all()


async def accepting_in_lock_step(talk: Talk) -> None:
    await talk.open("8BITMIME")
    await talk.accept_all()


@pytest.mark.parametrize("talk", [accepting, accepting_in_lock_step])
@on_uvloop
async def test_every_message_is_accepted_once(talk) -> None:
    source = Memory(500)
    async with Listening(talk) as listening:
        pool = Pool(server(listening.port), source, 5)
        pool.wake()
        await until(lambda: source.settled == 500)
        assert sorted(source.accepted) == list(range(500))
        assert listening.connections == 5
        await pool.close()
        await until(lambda: not listening.open)
    assert not source.returned
    assert not source.troubles


@on_uvloop
async def test_no_more_connections_are_opened_than_there_is_work_for() -> None:
    source = Memory(2)
    async with Listening(accepting) as listening:
        pool = Pool(server(listening.port), source, 10)
        pool.wake(2)
        await until(lambda: source.settled == 2)
        assert listening.connections <= 2
        await pool.close()


@on_uvloop
async def test_a_connection_is_replaced_after_its_share_of_messages() -> None:
    source = Memory(100)
    async with Listening(accepting) as listening:
        pool = Pool(server(listening.port, "&messages_per_connection=10"), source, 1)
        pool.wake()
        await until(lambda: source.settled == 100)
        assert listening.connections in (10, 11)  # the last one found out that there was no more work
        await pool.close()
    assert not source.troubles


@on_uvloop
async def test_an_idle_connection_says_quit_and_is_opened_again_for_new_work() -> None:
    source = Memory(1)
    async with Listening(accepting) as listening:
        pool = Pool(server(listening.port), source, 3, timeouts=QUICK)
        pool.wake(1)
        await until(lambda: source.settled == 1)
        await until(lambda: not listening.open)
        source.waiting.append(1)
        pool.wake(1)
        await until(lambda: source.settled == 2)
        await pool.close()
    assert not source.troubles


@on_uvloop
async def test_a_stalled_connection_keeps_nobody_waiting() -> None:
    async def talk(talk: Talk) -> None:
        await talk.open()
        if talk.number:
            await talk.accept_all()
        await talk.envelope()
        await talk.body()
        await talk.reader.read()  # and never an answer

    source = Memory(200)
    async with Listening(talk) as listening:
        pool = Pool(server(listening.port), source, 4)
        pool.wake()
        await until(lambda: source.settled == 198)  # all but the stalled one and the one pipelined behind it
        assert pool.on_the_wire == 1
        assert pool.stop() == 1
        await pool.close(0.1)
    assert len(source.doubtful) == 1
    assert len(source.returned) == 1


@pytest.mark.behaviour("S1.33")
@on_uvloop
async def test_stop_counts_exactly_what_still_leaves() -> None:
    """One body begun on each connection and not answered: they leave, and not one more begins."""
    bodies = []
    answer = asyncio.Event()

    async def talk(talk: Talk) -> None:
        await talk.open()
        await talk.envelope()
        while True:
            bodies.append(await talk.body())
            await talk.commands()
            await answer.wait()
            await talk.say("250 2.0.0 Ok", "250 2.1.0 Ok", "250 2.1.5 Ok", "354 Go ahead")

    source = Memory(100)
    async with Listening(talk) as listening:
        pool = Pool(server(listening.port), source, 7)
        pool.wake()
        await until(lambda: len(bodies) == 7)
        assert pool.stop() == 7
        assert len(source.returned) == 7  # those whose commands were pipelined
        assert pool.stop() == 7
        answer.set()
        await pool.drained()
        assert pool.stop() == 0
        assert len(source.accepted) == 7
        await until(lambda: not listening.open)
        assert len(bodies) == 7
        await pool.close()
    assert len(source.waiting) == 93
    assert not source.doubtful
    assert not source.troubles


@pytest.mark.behaviour("S3.8")
@pytest.mark.behaviour("S3.14")
@on_uvloop
async def test_stopped_again_and_again_nothing_is_sent_twice() -> None:
    taken: list[str] = []

    async def talk(talk: Talk) -> None:
        await talk.open()
        while True:
            line = (await talk.hear(""))[0]
            if line.startswith("RCPT"):
                recipient = line
            if line.startswith("DATA"):
                await talk.say("354 Go ahead")
                await talk.body()
                taken.append(recipient)
            await talk.say("250 Ok")

    source = Memory(1000)
    async with Listening(talk) as listening:
        pool = Pool(server(listening.port), source, 5)
        pool.wake()
        for stage in range(20, 1000, 50):
            await until(lambda stage=stage: source.settled >= stage)
            leaving = pool.stop()
            before = source.settled
            await pool.drained()
            assert source.settled == before + leaving
            pool.start_again()
        await until(lambda: source.settled == 1000)
        await pool.close()
    assert len(taken) == len(set(taken)) == 1000
    assert not source.doubtful


@on_uvloop
async def test_stop_from_within_a_reply() -> None:
    source = Memory(50)
    async with Listening(accepting) as listening:
        pool = Pool(server(listening.port), source, 3)
        leaving: list[int] = []
        source.on_reply = lambda: leaving.append(pool.stop()) if len(source.replies) == 10 else None
        pool.wake()
        await until(lambda: leaving)
        await pool.drained()
        assert len(source.replies) == 10 + leaving[0]
        assert len(source.waiting) == 40 - leaving[0]
        await pool.close()


@on_uvloop
async def test_a_connection_made_after_the_stop_takes_nothing() -> None:
    greet = asyncio.Event()

    async def talk(talk: Talk) -> None:
        await greet.wait()
        await accepting(talk)

    source = Memory(10)
    async with Listening(talk) as listening:
        pool = Pool(server(listening.port), source, 2)
        pool.wake()
        await until(lambda: listening.open)
        assert pool.stop() == 0
        greet.set()
        await until(lambda: pool.open and next(iter(pool._openings.standing)).dialogue.idle)
        assert not source.replies
        pool.start_again()
        await until(lambda: source.settled == 10)
        await pool.close()


@on_uvloop
async def test_lost_connections_are_replaced_and_only_begun_bodies_are_in_doubt() -> None:
    """Dropped at each point in turn: before the body the envelope comes back and is sent later."""

    async def talk(talk: Talk) -> None:
        await talk.open()
        await talk.envelope()
        await talk.body()
        await talk.say("250 2.0.0 Ok")
        match talk.number % 4:
            case 0:
                await talk.hear("MAIL FROM")
            case 1:
                await talk.envelope()
                await talk.reader.readexactly(5)
            case 2:
                await talk.envelope()
                await talk.body()
            case 3:
                await talk.accept_all()
        talk.reset()

    source = Memory(60)
    async with Listening(talk) as listening:
        pool = Pool(server(listening.port, "&messages_per_connection=15"), source, 2)
        pool.wake()
        await until(lambda: source.settled == 60)
        await pool.close()
    assert len(source.doubtful) == len(set(source.doubtful))
    assert sorted(source.accepted + source.doubtful) == list(range(60))
    assert source.doubtful
    assert source.returned
    assert source.troubles
    assert not any(permanent for _, permanent in source.troubles)


@on_uvloop
async def test_a_server_that_reads_nothing_is_given_up() -> None:
    """The body is larger than all buffers: its start has left, so it is in doubt."""

    async def talk(talk: Talk) -> None:
        await talk.open()
        await talk.envelope()
        talk.writer.transport.pause_reading()
        await asyncio.Event().wait()

    source = Memory(1, data=b"x" * 20_000_000 + b"\r\n.\r\n")
    async with Listening(talk) as listening:
        pool = Pool(server(listening.port), source, 1, timeouts=Timeouts(block=0.2))
        pool.wake()
        await until(lambda: source.doubtful == [0])
        assert "took nothing" in source.troubles[0][0].text
        await pool.close()


@on_uvloop
async def test_a_slow_reader_is_waited_for() -> None:
    async def talk(talk: Talk) -> None:
        await talk.open()
        await talk.envelope()
        seen = b""
        while not seen.endswith(b"\r\n.\r\n"):
            await asyncio.sleep(0.01)
            seen = (seen + await talk.reader.read(1_000_000))[-5:]
        await talk.say("250 2.0.0 Ok")

    source = Memory(1, data=b"x" * 20_000_000 + b"\r\n.\r\n")
    async with Listening(talk) as listening:
        pool = Pool(server(listening.port), source, 1, timeouts=Timeouts(block=0.15))
        pool.wake()
        await until(lambda: source.settled)
        assert source.accepted == [0]
        await pool.close()


@on_uvloop
async def test_nobody_listening_is_transient_and_tried_again() -> None:
    async with Listening(accepting) as listening:
        port = listening.port
    source = Memory(3)
    pool = Pool(server(port), source, 4)
    pool.wake()
    await until(lambda: len(source.troubles) == 3)
    reply, permanent = source.troubles[0]
    assert (reply.code, reply.enhanced, reply.command, permanent) == (0, "4.4.1", "connect", False)
    assert "connection refused" in reply.text
    await pool.close()
    assert source.waiting == [0, 1, 2]


@on_uvloop
async def test_an_unknown_host_is_permanent() -> None:
    source = Memory(1)
    pool = Pool(Server.from_url("smtp://no-such-host.invalid?tls=none"), source, 4)
    pool.wake()
    await until(lambda: source.troubles)
    reply, permanent = source.troubles[0]
    if reply.enhanced == "4.4.3":
        pytest.skip("no DNS here that would know that a name does not exist")
    assert permanent
    assert reply.enhanced == "5.4.4"
    await pool.close()


@on_uvloop
async def test_a_wrong_password_is_tried_once() -> None:
    """Ten connections with it could lock the account."""

    async def talk(talk: Talk) -> None:
        await talk.open("PIPELINING", "AUTH PLAIN")
        await talk.hear("AUTH PLAIN")
        await talk.say("535 5.7.8 Wrong")
        await talk.reader.read()

    source = Memory(1)
    async with Listening(talk) as listening:
        pool = Pool(Server.from_url(f"smtp://user:secret@127.0.0.1:{listening.port}"), source, 10)
        pool.wake()
        await until(lambda: source.troubles)
        await until(lambda: not listening.open)
        pool.wake()
        await asyncio.sleep(0)
        assert listening.connections == 1
        assert source.troubles[0][1]
        assert "secret" not in repr(source.troubles)
        pool.start_again()
        await until(lambda: listening.connections == 2)
        await pool.close()


@on_uvloop
async def test_a_wrong_password_is_tried_once_by_a_server_that_greets_late() -> None:
    """The sender has more and more to send meanwhile."""
    greet = asyncio.Event()

    async def talk(talk: Talk) -> None:
        await greet.wait()
        await talk.open("PIPELINING", "AUTH PLAIN")
        await talk.hear("AUTH PLAIN")
        await talk.say("535 5.7.8 Wrong")
        await talk.reader.read()

    source = Memory(10)
    async with Listening(talk) as listening:
        pool = Pool(Server.from_url(f"smtp://user:secret@127.0.0.1:{listening.port}"), source, 10)
        for place in range(10):
            pool.wake()
            await until(lambda: pool.held and listening.connections == pool.open)
            assert pool.held == 1, place
        greet.set()
        await until(lambda: source.troubles)
        assert listening.connections == 1
        await pool.close()


@on_uvloop
async def test_a_server_that_takes_fewer_connections_is_used_as_far_as_it_lets() -> None:
    async def talk(talk: Talk) -> None:
        if listening.open > 3:
            await talk.say("421 4.7.0 Too many connections")
            return
        await talk.open()
        await talk.accept_all()

    source = Memory(3000)
    async with Listening(talk) as listening:
        pool = Pool(server(listening.port), source, 8)
        pool.wake()
        await until(lambda: source.settled == 3000)
        assert listening.connections < 20
        assert source.troubles
        await pool.close()
    assert len(source.accepted) == 3000


@on_uvloop
async def test_the_number_of_connections_changes_while_running() -> None:
    open_: set[int] = set()
    seen: list[int] = []

    async def talk(talk: Talk) -> None:
        open_.add(talk.number)
        try:
            await talk.open()
            await talk.accept_all()
        finally:
            open_.discard(talk.number)
            seen.append(talk.number)

    source = Memory(100_000)
    async with Listening(talk) as listening:
        pool = Pool(server(listening.port), source, 2)
        pool.wake()
        await until(lambda: len(open_) == 2)
        pool.resize(6)
        await until(lambda: len(open_) == 6)
        pool.resize(1)
        await until(lambda: len(open_) == 1)
        assert not source.returned
        pool.stop()
        await pool.close()
    assert not source.troubles


@on_uvloop
async def test_close_does_not_wait_for_ever() -> None:
    async def talk(talk: Talk) -> None:
        await talk.open()
        await talk.envelope()
        await talk.body()
        await talk.reader.read()

    source = Memory(3)
    async with Listening(talk) as listening:
        pool = Pool(server(listening.port), source, 1)
        pool.wake()
        await until(lambda: pool.on_the_wire and not source.waiting[1:])
        began = time.monotonic()
        await pool.close(0.2)
        assert time.monotonic() - began < 2
    assert source.doubtful == [0]
    assert source.returned == [1]


@pytest.mark.parametrize("point", ["greeting", "ehlo", "mail", "dot"])
@on_uvloop
async def test_silence_is_given_up_at_every_point(point: str) -> None:
    async def talk(talk: Talk) -> None:
        if point != "greeting":
            await talk.say("220 mx.example")
            if point != "ehlo":
                await talk.ehlo("PIPELINING")
                if point == "dot":
                    await talk.envelope()
        while await talk.reader.read(1000):
            pass
        raise Gone

    source = Memory(1)
    async with Listening(talk) as listening:
        pool = Pool(server(listening.port), source, 1, timeouts=QUICK)
        pool.wake()
        await until(lambda: source.troubles)
        assert source.troubles[0][0].command == point
        assert "timed out" in source.troubles[0][0].text
        assert source.doubtful == ([0] if point == "dot" else [])
        assert source.returned == ([0] if point == "mail" else [])
        await pool.close()


def _hangs_up(listener: socket.socket) -> None:
    """Reset each connection as soon as it is there, as a balancer does that has no server left."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()


@on_uvloop
async def test_who_hangs_up_before_anything_was_said_is_called_again(monkeypatch) -> None:
    """It has no address any more then. That must be a trouble as any other: the mailing would stand still with nobody knowing."""
    connect = reaching.connect

    async def slowly(*where, **how):
        made = await connect(*where, **how)
        time.sleep(0.1)  # noqa: ASYNC251 -- the loop is busy meanwhile
        return made

    monkeypatch.setattr(reaching, "connect", slowly)
    source = Memory(1)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_hangs_up, args=[listener], daemon=True).start()
        pool = Pool(server(listener.getsockname()[1]), source, 1)
        pool.wake()
        await until(lambda: len(source.troubles) > 1)
        await pool.close()
        listener.shutdown(socket.SHUT_RDWR)
