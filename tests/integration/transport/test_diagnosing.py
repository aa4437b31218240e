"""Each step of a try in words, with a cure where it goes wrong; never a secret."""

import asyncio

import pytest

from penstock.transport import trying
from penstock.transport.diagnosis import Diagnosis
from penstock.transport.smtp import diagnosing
from penstock.transport.smtp.server import Server
from tests.integration.transport.certificates import Authority
from tests.integration.transport.peer import Listening, Talk, on_uvloop


async def tried(url: str) -> Diagnosis:
    (found,) = await trying.diagnose([Server.from_url(url)])
    assert "hush" not in repr(found)
    assert all(step.seconds >= 0 for step in found.steps)
    return found


def names(found: Diagnosis) -> list[tuple[str, bool]]:
    return [(step.name, step.ok) for step in found.steps]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@on_uvloop
async def test_all_is_well_without_tls() -> None:
    async def talk(talk: Talk) -> None:
        await talk.open("PIPELINING", "SIZE 1000", "AUTH PLAIN")
        await talk.hear("AUTH PLAIN")
        await talk.say("235 2.7.0 welcome")
        await talk.hear("QUIT")
        await talk.say("221 bye")

    async with Listening(talk) as listening:
        found = await tried(f"smtp://me:hush@127.0.0.1:{listening.port}?tls=none")
    assert names(found) == [("connect", True), ("greeting", True), ("auth", True)]
    assert found.ok
    assert (found.size, found.offers) == (1000, ["PIPELINING", "AUTH PLAIN"])
    assert found.summary == f"connected to 127.0.0.1:{listening.port}, AUTH accepted for me"


@on_uvloop
async def test_a_wrong_password_over_tls(authority: Authority) -> None:
    async def talk(talk: Talk) -> None:
        await talk.say("220 mx.example")
        await talk.ehlo("STARTTLS")
        await talk.hear("STARTTLS")
        await talk.say("220 go")
        await talk.writer.start_tls(authority.server("localhost"))
        await talk.ehlo("AUTH PLAIN LOGIN")
        await talk.hear("AUTH PLAIN")
        await talk.say("535 5.7.8 Authentication failed")

    async with Listening(talk) as listening:
        found = await tried(f"smtp://me:hush@localhost:{listening.port}?tls=starttls&cafile={authority.file}")
    assert [name for name, _ in names(found)] == ["lookup", "connect", "greeting", "tls", "auth"]
    assert found.certificate is not None
    assert found.certificate.names == ["localhost"]
    assert found.certificate.verified
    assert ", TLS 1.3; certificate of localhost" in found.summary
    assert found.summary.endswith("AUTH refused: 535 5.7.8 Authentication failed")
    assert "Check user name and password" in found.steps[-1].cure


@on_uvloop
async def test_a_certificate_that_cannot_be_trusted(authority: Authority) -> None:
    async def talk(talk: Talk) -> None:
        await talk.open()

    async with Listening(talk, tls=authority.server("localhost")) as listening:
        found = await tried(f"smtps://localhost:{listening.port}")
    assert names(found)[-1] == ("tls", False)
    assert "cannot be trusted" in found.steps[-1].text
    assert "cafile" in found.steps[-1].cure


@on_uvloop
async def test_without_tls_where_it_is_opportunistic_and_fails() -> None:
    """Senders go on in clear text then, and so does the try, and says both."""

    async def talk(talk: Talk) -> None:
        await talk.say("220 mx.example")
        await talk.ehlo("STARTTLS")
        if talk.number == 0:
            await talk.hear("STARTTLS")
            await talk.say("220 go")
            talk.reset()
            return
        await talk.hear("QUIT")
        await talk.say("221 bye")

    async with Listening(talk) as listening:
        found = await tried(f"smtp://127.0.0.1:{listening.port}")
    assert ("tls", False) in names(found)
    assert names(found)[-1][1]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("554 5.7.1 go away", "GREETING refused: 554 5.7.1 go away"),
        ("SSH-2.0-OpenSSH_9.2", "does not speak SMTP"),
    ],
)
@on_uvloop
async def test_what_answers_there_is_no_use(said: str, words: str) -> None:
    async def talk(talk: Talk) -> None:
        await talk.say(said)
        await talk.reader.read()

    async with Listening(talk) as listening:
        found = await tried(f"smtp://127.0.0.1:{listening.port}?tls=none")
    assert not found.ok
    assert words in found.steps[-1].text
    assert "OpenSSH" not in repr(found), "a stranger's banner is nobody's business"


@on_uvloop
async def test_silence_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosing, "PATIENCE", 0.1)

    async def talk(talk: Talk) -> None:
        await talk.reader.read()

    async with Listening(talk) as listening:
        found = await tried(f"smtp://127.0.0.1:{listening.port}?tls=none")
    assert "no answer to GREETING" in found.steps[-1].text


@on_uvloop
async def test_a_name_that_nobody_knows_and_a_port_that_is_closed() -> None:
    found = await tried("smtp://no-such-host.invalid")
    assert names(found) == [("lookup", False)]
    found = await tried("smtp://127.0.0.1:1")
    assert names(found) == [("connect", False)]
    assert "connection refused" in found.steps[0].text


@on_uvloop
async def test_servers_are_tried_side_by_side() -> None:
    begun = asyncio.Event()

    async def talk(talk: Talk) -> None:
        if talk.number:
            begun.set()
        await begun.wait()
        await talk.open("8BITMIME")
        await talk.hear("QUIT")

    async with Listening(talk) as listening:
        url = f"smtp://127.0.0.1:{listening.port}?tls=none"
        found = await trying.diagnose([Server.from_url(url), Server.from_url(url)])
    assert [each.ok for each in found] == [True, True]
