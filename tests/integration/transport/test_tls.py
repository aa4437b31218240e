"""TLS with real certificates: what is trusted, what is not, and what a peer cannot smuggle in."""

import asyncio
import ssl
from pathlib import Path

import pytest

from penstock.transport.smtp.failures import TransportError
from penstock.transport.smtp.pool import Pool
from penstock.transport.smtp.probe import probe
from penstock.transport.smtp.server import Server
from tests.integration.transport.certificates import Authority
from tests.integration.transport.peer import Listening, Memory, Talk, on_uvloop, until


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def upgrading(context: ssl.SSLContext, *, injected: bytes = b""):
    """A talk that offers STARTTLS, and takes every message under it."""

    async def talk(talk: Talk) -> None:
        await talk.open("STARTTLS")
        await talk.hear("STARTTLS")
        talk.writer.write(b"220 2.0.0 Go ahead\r\n" + injected)
        await talk.writer.start_tls(context)
        await talk.ehlo("PIPELINING", "8BITMIME", "AUTH PLAIN")
        await talk.accept_all()

    return talk


async def accepting(talk: Talk) -> None:
    await talk.open()
    await talk.accept_all()


def terms(
    port: int, authority: Authority, tls: str = "starttls", host: str = "localhost", more: str = ""
) -> Server:
    return Server.from_url(f"smtp://{host}:{port}?tls={tls}&cafile={authority.file}{more}")


async def send(server: Server, count: int = 50) -> Memory:
    """Hand `count` messages over, or hear why not."""
    source = Memory(count)
    pool = Pool(server, source, 3)
    pool.wake()
    await until(lambda: source.settled == count or source.troubles)
    await pool.close()
    return source


@on_uvloop
async def test_starttls_with_a_trusted_certificate(authority: Authority) -> None:
    async with Listening(upgrading(authority.server("localhost"))) as listening:
        source = await send(terms(listening.port, authority))
    assert sorted(source.accepted) == list(range(50))
    assert source.peers[0].tls.startswith("TLSv1.")
    assert source.peers[0].pipelining  # offered under TLS only


@on_uvloop
async def test_implicit_tls_with_a_trusted_certificate(authority: Authority) -> None:
    async with Listening(accepting, tls=authority.server("localhost")) as listening:
        source = await send(terms(listening.port, authority, tls="implicit"))
    assert sorted(source.accepted) == list(range(50))
    assert source.peers[0].tls.startswith("TLSv1.")


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
@on_uvloop
async def test_a_certificate_for_another_name_is_permanent_trouble(authority: Authority, tls: str) -> None:
    context = authority.server("other.example")
    talk, outer = (accepting, context) if tls == "implicit" else (upgrading(context), None)
    async with Listening(talk, tls=outer) as listening:
        source = await send(terms(listening.port, authority, tls))
    [(reply, permanent)] = source.troubles
    assert permanent
    assert (reply.code, reply.enhanced, reply.command) == (0, "5.7.5", "tls")
    assert "localhost" in reply.text
    assert not source.peers


@on_uvloop
async def test_an_unknown_authority_is_permanent_trouble(authority: Authority, tmp_path: Path) -> None:
    async with Listening(upgrading(Authority(tmp_path).server("localhost"))) as listening:
        source = await send(terms(listening.port, authority))
    assert source.troubles[0][1]
    assert "cannot be trusted" in source.troubles[0][0].text


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
@on_uvloop
async def test_verify_no_takes_any_certificate(authority: Authority, tls: str) -> None:
    context = authority.server("other.example")
    talk, outer = (accepting, context) if tls == "implicit" else (upgrading(context), None)
    async with Listening(talk, tls=outer) as listening:
        source = await send(Server.from_url(f"smtp://localhost:{listening.port}?tls={tls}&verify=no"))
    assert len(source.accepted) == 50


@on_uvloop
async def test_an_address_can_stand_in_the_certificate(authority: Authority) -> None:
    async with Listening(upgrading(authority.server("127.0.0.1"))) as listening:
        source = await send(terms(listening.port, authority, host="127.0.0.1"))
    assert len(source.accepted) == 50


@on_uvloop
async def test_clear_text_behind_the_answer_to_starttls_is_trouble(authority: Authority) -> None:
    """It would be taken for an answer given under TLS (the client's side of CVE-2011-0411)."""
    talk = upgrading(authority.server("localhost"), injected=b"250-mx.example\r\n250 AUTH PLAIN\r\n")
    async with Listening(talk) as listening:
        source = await send(terms(listening.port, authority))
        assert not source.peers
    assert "clear text" in source.troubles[0][0].text


@on_uvloop
async def test_clear_text_sent_later_never_reaches_the_dialogue(authority: Authority) -> None:
    async def talk(talk: Talk) -> None:
        await talk.open("STARTTLS")
        await talk.hear("STARTTLS")
        await talk.say("220 2.0.0 Go ahead")
        await talk.reader.readexactly(1)  # the client's TLS handshake has begun
        await talk.say("250-mx.example", "250 AUTH PLAIN")
        await talk.reader.read()

    async with Listening(talk) as listening:
        source = await send(terms(listening.port, authority))
        assert not source.peers
    assert source.troubles[0][0].command == "tls"


@on_uvloop
async def test_opportunistic_tls_falls_back_to_clear_text_when_tls_fails(authority: Authority) -> None:
    seen = []

    async def talk(talk: Talk) -> None:
        await talk.open("STARTTLS", "PIPELINING")
        verb = (await talk.hear(""))[0]
        seen.append(verb)
        if verb == "STARTTLS":
            await talk.say("220 Go ahead")
            await talk.reader.readexactly(1)
            talk.reset()
            return
        await talk.hear("RCPT", "DATA")
        await talk.say("250 Ok", "250 Ok", "354 Go")
        await talk.body()
        await talk.say("250 Ok")
        await talk.accept_all()

    source = Memory(5)
    async with Listening(talk) as listening:
        pool = Pool(Server.from_url(f"smtp://localhost:{listening.port}?tls=opportunistic"), source, 1)
        pool.wake()
        await until(lambda: source.settled == 5)
        await pool.close()
    assert seen[0] == "STARTTLS"
    assert len(source.accepted) == 5


@on_uvloop
async def test_opportunistic_tls_takes_any_certificate(authority: Authority) -> None:
    async with Listening(upgrading(authority.server("other.example"))) as listening:
        source = await send(Server.from_url(f"smtp://localhost:{listening.port}?tls=opportunistic"))
    assert source.peers[0].tls
    assert len(source.accepted) == 50


@on_uvloop
async def test_stop_is_exact_under_tls(authority: Authority) -> None:
    bodies = []
    answer = asyncio.Event()

    async def talk(talk: Talk) -> None:
        await talk.open()
        await talk.envelope()
        bodies.append(await talk.body())
        await answer.wait()
        await talk.say("250 2.0.0 Ok")
        await talk.reader.read()

    source = Memory(20)
    async with Listening(talk, tls=authority.server("localhost")) as listening:
        pool = Pool(terms(listening.port, authority, "implicit"), source, 4)
        pool.wake()
        await until(lambda: len(bodies) == 4)
        assert pool.stop() == 4
        answer.set()
        await pool.drained()
        assert len(source.accepted) == 4
        assert len(source.waiting) == 16
        await pool.close()


@on_uvloop
async def test_an_unreadable_file_of_authorities_is_said(tmp_path: Path) -> None:
    async with Listening(accepting) as listening:
        missing = tmp_path / "missing.pem"
        with pytest.raises(TransportError, match=r"missing\.pem cannot be read"):
            await probe(Server.from_url(f"smtp://localhost:{listening.port}?tls=implicit&cafile={missing}"))


@on_uvloop
async def test_implicit_tls_towards_a_server_without_it_says_what_to_write() -> None:
    async def talk(talk: Talk) -> None:
        await talk.say("220 mx.example ESMTP")
        await talk.reader.read()

    async with Listening(talk) as listening:
        with pytest.raises(TransportError, match="tls=starttls"):
            await probe(Server.from_url(f"smtps://localhost:{listening.port}"))
