"""Messages over a provider's API: what is handed over, what the answers mean, what a stop means."""

from collections.abc import Iterator

import pytest

from penstock.transport import trying
from penstock.transport.desk import Desk
from penstock.transport.errand import hand_over
from penstock.transport.fate import Replied, Unanswered, Unsent
from penstock.transport.fleet import Fleet
from penstock.transport.hands import hands, way_out
from penstock.transport.terms import Way, terms
from tests.integration.transport.peer import Listening, Memory, Talk, on_uvloop, until
from tests.integration.transport.provider_api import Api, provider_api

LETTER = (
    b"From: =?utf-8?q?N=C3=A9ws?= <news@example.org>\r\nTo: Anna <r0@example.org>\r\nSubject: =?utf-8?b?R3LDvMOfZQ==?=\r\n"
    b"Date: Sat, 22 Nov 2030 08:00:00 +0000\r\nMessage-ID: <1.2@example.org>\r\nReply-To: us@example.org\r\n"
    b"List-Unsubscribe: <https://example.org/u/1>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    b"DKIM-Signature: v=1; a=rsa-sha256; b=xyz\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/alternative; boundary="x"\r\n\r\n'
    b"--x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"Gr=C3=BC=C3=9Fe\r\n..a dot\r\n"
    b"--x\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"<p>Gr=C3=BC=C3=9Fe</p>\r\n--x--\r\n.\r\n"
)


@pytest.fixture
def api() -> Iterator[Api]:
    with provider_api() as served:
        yield served


def source(count: int) -> Memory:
    return Memory(count, LETTER)


def way(api: Api, **more: float) -> Way:
    return Way(1, terms(f"{api.url}?connections=3"), **more)  # type: ignore[arg-type]


@on_uvloop
async def test_the_whole_message_is_handed_over() -> None:
    with provider_api() as api:
        memory = source(1)
        pool = way_out([way(api)], memory)
        assert isinstance(pool, Desk)
        pool.wake()
        await until(lambda: memory.settled == 1)
        await pool.close()
    (sent,), (head,) = api.asked, api.heads
    assert head == {"token": "hush-token", "path": "/email"}
    assert sent["From"] == "Néws <news@example.org>"
    assert sent["To"] == "Anna <r0@example.org>"
    assert (sent["Subject"], sent["ReplyTo"]) == ("Grüße", "us@example.org")
    assert sent["TextBody"].splitlines() == ["Grüße", ".a dot"]
    assert sent["HtmlBody"].strip() == "<p>Grüße</p>"
    headers = {each["Name"]: each["Value"] for each in sent["Headers"]}
    assert headers["List-Unsubscribe"] == "<https://example.org/u/1>"
    assert headers["Message-ID"] == "<1.2@example.org>"
    assert "DKIM-Signature" not in headers, "the provider makes a message of its own: ours would not hold"
    ((_, reply),) = memory.replies
    assert (reply.code, reply.text, reply.command) == (250, "sent as <id-1>", "dot")


@on_uvloop
async def test_so_many_requests_at_a_time_and_everybody_once() -> None:
    with provider_api() as api:
        api.delay = 0.01
        memory = source(60)
        pool = way_out([way(api)], memory)
        pool.wake()
        await until(lambda: memory.settled == 60)
        await pool.close()
    assert sorted(memory.accepted) == list(range(60))
    assert len(api.asked) == 60
    assert api.most == 3


@pytest.mark.parametrize(
    ("status", "code", "command"), [(400, 554, "mail"), (413, 552, "mail"), (429, 451, "dot")]
)
@on_uvloop
async def test_what_is_refused_as_a_whole_strikes_nobody_off(status: int, code: int, command: str) -> None:
    with provider_api() as api:
        api.status = status
        memory = source(1)
        pool = way_out([way(api)], memory)
        pool.wake()
        await until(lambda: memory.settled == 1)
        await pool.close()
    ((_, reply),) = memory.replies
    assert (reply.code, reply.command) == (code, command)
    assert f"HTTP {status}" in reply.text
    assert "hush" not in reply.text


@on_uvloop
async def test_too_many_requests_are_followed_by_the_rest_that_is_asked_for() -> None:
    with provider_api() as api:
        api.status, api.headers = 429, {"Retry-After": "0.5"}
        memory = source(50)
        pool = way_out([way(api)], memory)
        pool.wake()
        await until(lambda: memory.settled >= 1)
        begun = len(api.asked)
        assert begun <= 3
        api.status = 200
        await until(lambda: memory.settled == 50)
        await pool.close()
    assert len(memory.accepted) >= 47


@pytest.mark.parametrize(
    ("code", "text", "meant"),
    [
        (
            406,
            "Found inactive addresses: r0@example.org. Inactive recipients are ones that ...",
            (550, "rcpt"),
        ),
        (300, "Invalid 'To' address: 'r0@example.org'.", (550, "rcpt")),
        (300, "Invalid 'From' address: 'x'.", (554, "mail")),
        (406, "in words that nobody expected", (554, "mail")),
    ],
)
@on_uvloop
async def test_what_is_the_recipients_and_what_is_ours(code: int, text: str, meant: tuple[int, str]) -> None:
    with provider_api() as api:
        api.status = 422
        api.answer = {"ErrorCode": code, "Message": text}
        memory = source(1)
        pool = way_out([way(api)], memory)
        pool.wake()
        await until(lambda: memory.settled == 1)
        await pool.close()
    ((_, reply),) = memory.replies
    assert (reply.code, reply.command) == meant


@on_uvloop
async def test_a_wrong_key_sends_nothing_and_is_a_trouble_that_does_not_pass() -> None:
    with provider_api() as api:
        api.status = 401
        memory = source(5)
        pool = way_out([way(api)], memory)
        pool.wake()
        await until(lambda: memory.troubles)
        assert memory.troubles[0][1], "permanent"
        await pool.close()
    assert not memory.replies
    assert not memory.doubtful
    assert len(memory.waiting) == 5


@pytest.mark.parametrize("how", ["500", "lost"])
@on_uvloop
async def test_a_request_that_began_and_was_not_answered_is_in_doubt(how: str) -> None:
    with provider_api() as api:
        api.lost = how == "lost"
        api.status = 500 if how == "500" else 200
        memory = source(3)
        pool = way_out([way(api)], memory)
        pool.wake()
        await until(lambda: memory.doubtful)
        pool.stop()
        await pool.drained()
        await pool.close()
    assert len(memory.doubtful) == len(api.asked) <= 3
    assert not memory.replies
    assert memory.troubles


@on_uvloop
async def test_nobody_there_means_certainly_unsent() -> None:
    memory = source(3)
    pool = way_out([Way(1, terms("anymail+postmark://:hush@127.0.0.1:1?connections=2"))], memory)
    pool.wake()
    await until(lambda: memory.troubles)
    pool.stop()
    await pool.drained()
    await pool.close()
    assert not memory.doubtful
    assert sorted(memory.waiting) == [0, 1, 2]
    assert "hush" not in repr(memory.troubles)


@on_uvloop
async def test_stop_counts_what_is_under_way() -> None:
    with provider_api() as api:
        api.delay = 0.2
        memory = source(20)
        pool = way_out([way(api)], memory)
        pool.wake()
        await until(lambda: api.now == 3)
        assert pool.stop() == 3
        await pool.drained()
        assert pool.stop() == 0
        assert len(api.asked) == len(memory.accepted) == 3
        pool.start_again()
        api.delay = 0
        await until(lambda: memory.settled == 20)
        await pool.close()
    assert sorted(memory.accepted) == list(range(20))


@on_uvloop
async def test_a_provider_and_a_server_share_the_work_and_stand_in_for_each_other() -> None:
    async def accepting(talk: Talk) -> None:
        await talk.open()
        await talk.accept_all()

    with provider_api() as api:
        async with Listening(accepting) as listening:
            memory = source(200)
            ways = [way(api), Way(2, terms(f"smtp://127.0.0.1:{listening.port}?tls=none&connections=2"))]
            api.bad_after, api.status = 40, 401
            pool = Fleet(ways, memory, hands)
            pool.wake()
            await until(lambda: memory.settled == 200)
            await pool.close()
    assert sorted(memory.accepted) == list(range(200))
    assert 0 < pool.shares[0].answered <= 40  # fewer where the server was quicker
    assert not memory.troubles


@on_uvloop
async def test_one_letter_goes_to_the_first_that_takes_it() -> None:
    envelope = source(1).take(None)  # type: ignore[arg-type]
    assert envelope
    with provider_api() as api:
        gone = Way(2, terms("smtp://127.0.0.1:1"))
        fate = await hand_over([gone, way(api)], envelope)
        assert isinstance(fate, Replied)
        assert fate.reply.positive
        api.status = 500
        assert isinstance(await hand_over([way(api), way(api)], envelope), Unanswered), "and to no other then"
        assert len(api.asked) == 2
    fate = await hand_over([gone], envelope)
    assert isinstance(fate, Unsent)
    assert "connection refused" in fate.cause


@pytest.mark.parametrize(("key", "ok"), [("hush-token", True), ("another", False)])
@on_uvloop
async def test_the_key_is_tried_where_that_sends_nothing(key: str, ok: bool) -> None:
    with provider_api() as api:
        (found,) = await trying.diagnose([terms(f"anymail+postmark://:{key}@127.0.0.1:{api.port}")])
    assert found.ok is ok
    assert [step.name for step in found.steps] == ["connect", "key"]
    assert found.steps[-1].text == ("key accepted" if ok else "key refused: HTTP 401")
    assert key not in repr(found)
    assert not api.asked
