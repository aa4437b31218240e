"""The dialogues again, between a real pool and a server on a socket that follows the script."""

from contextlib import suppress
from pathlib import Path

import pytest

from penstock.transport.smtp.pool import Pool
from penstock.transport.smtp.server import Server
from tests.dialogue.script import Recording, Script, message, read, scripts
from tests.integration.transport.peer import Gone, Listening, Talk, on_uvloop, until

PLAYED = {"lost", "stop", "retire"}


def playable(script: Script) -> bool:
    """Without a virtual clock, TLS, our name, or an address that is not ours; and for work from the start."""
    actions = {text.split()[0] for mark, text in script.steps if mark == ">"}
    wanted = {text for mark, text in script.steps if mark == "="}
    settings = script.settings
    return (
        actions <= PLAYED and "tls" not in wanted and not {"url", "peer"} & set(settings) and "to" in settings
    )


PATHS = [path for path in scripts() if playable(read(path))]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
@on_uvloop
async def test_the_dialogue_goes_as_written_over_sockets(path: Path) -> None:
    script = read(path)
    recipients = script.settings["to"].split()
    kinds = dict(entry.partition("/")[::2] for entry in recipients)
    source = Recording(recipients)
    played: list[bool] = []

    async def talk(talk: Talk) -> None:
        if talk.number:  # after the script the pool comes back; it is not wanted any more
            await talk.say("421 4.3.2 The play is over")
            return
        for mark, texts in script.blocks():
            match mark:
                case "S":
                    await talk.say(*texts)
                case "C":
                    for text in texts:
                        expected = (
                            message(text[1:-1], kinds[text[1:-1]])
                            if text[0] == "["
                            else f"{text}\r\n".encode()
                        )
                        assert await talk.reader.readexactly(len(expected)) == expected, text
                case "!":
                    await until(lambda texts=texts: len(source.heard) >= len(texts))
                    for text in texts:
                        heard = source.heard.pop(0)
                        assert heard.startswith(text), f"heard {heard!r}, not {text!r}"
                case ">":
                    action, _, argument = texts[0].partition(" ")
                    if action == "stop":
                        assert pool.stop() == int(argument)
                    elif action == "retire":
                        next(iter(pool._openings.standing)).retire()
                    else:
                        talk.writer.close()
                case "=" if texts[0] in ("closed", "aborted"):
                    with suppress(ConnectionError):  # an abort with something unread is a reset
                        assert await talk.reader.read() == b""
        played.append(True)

    async with Listening(talk) as listening:
        terms = f"smtp://127.0.0.1:{listening.port}?tls=none&helo=me.example"
        limit = int(script.settings.get("limit", "1000"))
        pool = Pool(Server.from_url(terms), source, 1, messages_per_connection=limit)
        pool.wake()
        try:
            await until(lambda: played or (not listening.open and listening.connections))
        except Gone:
            pass
        pool.stop()
        await pool.close(0.5)
    assert played
    assert not [heard for heard in source.heard if not heard.startswith(("trouble", "unsent"))]


def test_most_dialogues_are_played() -> None:
    assert len(PATHS) > 45
