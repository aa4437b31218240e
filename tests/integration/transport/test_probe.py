"""What a probe finds out, and what it says when it cannot."""

import pytest

from penstock.transport.smtp.failures import TransportError
from penstock.transport.smtp.probe import probe
from penstock.transport.smtp.server import Server
from penstock.transport.smtp.timeouts import Timeouts
from tests.integration.transport.peer import Listening, Talk, on_uvloop, until


@on_uvloop
async def test_it_tells_what_the_server_offers_and_says_quit() -> None:
    heard = []

    async def talk(talk: Talk) -> None:
        await talk.open("PIPELINING", "SIZE 1000", "SMTPUTF8")
        heard.extend(await talk.hear("QUIT"))
        await talk.say("221 Bye")

    async with Listening(talk) as listening:
        peer = await probe(Server.from_url(f"smtp://127.0.0.1:{listening.port}"))
        await until(lambda: not listening.open)
    assert (peer.name, peer.pipelining, peer.size, peer.smtputf8, peer.eightbitmime) == (
        "mx.example", True, 1000, True, False,
    )  # fmt: skip
    assert heard == ["QUIT"]


@on_uvloop
async def test_a_wrong_password_has_a_cure() -> None:
    async def talk(talk: Talk) -> None:
        await talk.open("AUTH PLAIN")
        await talk.hear("AUTH PLAIN")
        await talk.say("535 5.7.8 Authentication failed")

    async with Listening(talk) as listening:
        with pytest.raises(TransportError) as raised:
            await probe(Server.from_url(f"smtp://user:geheim@127.0.0.1:{listening.port}"))
    assert "535 5.7.8 Authentication failed" in str(raised.value)
    assert "Check user name and password" in str(raised.value)
    assert "geheim" not in str(raised.value) + repr(raised.value.trouble)


@on_uvloop
async def test_silence_ends() -> None:
    async def talk(talk: Talk) -> None:
        await talk.reader.read()

    async with Listening(talk) as listening:
        with pytest.raises(TransportError, match="no answer to GREETING"):
            await probe(Server.from_url(f"smtp://127.0.0.1:{listening.port}"), Timeouts(greeting=0.1))


@on_uvloop
async def test_a_refused_connection_names_host_and_port() -> None:
    async def talk(talk: Talk) -> None: ...

    async with Listening(talk) as listening:
        port = listening.port
    with pytest.raises(TransportError, match=rf"Cannot connect to 127.0.0.1:{port} \(connection refused\)"):
        await probe(Server.from_url(f"smtp://127.0.0.1:{port}"))
