"""Gateways by HTTP: what is asked of them, what their answers mean, and that nothing is sent twice."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.transport import errand, trying
from penstock.transport.fate import Replied
from penstock.transport.gateway import asking
from penstock.transport.gateway.asking import ask
from penstock.transport.gateway.gateway import Gateway
from penstock.transport.gateway.profile import profile_of
from penstock.transport.gateway.request import Response
from penstock.transport.hands import hands
from penstock.transport.reply import UNPRINTABLE
from penstock.transport.server_url import ServerURLError
from penstock.transport.short import Encoded, Receipt, ShortEnvelope
from penstock.transport.terms import Way, terms
from tests.examples import examples

Script = Callable[[int, bytes], bytes | None]
"""What the n-th request (from 0) is answered; None: the connection is cut."""


def http(status: int, body: Any = None, *headers: str) -> bytes:
    payload = json.dumps(body).encode() if body is not None else b""
    head = [f"HTTP/1.1 {status} Words", f"Content-Length: {len(payload)}", *headers]
    return "\r\n".join([*head, "", ""]).encode() + payload


@dataclass
class Stand:
    """A gateway that answers as it is told, and keeps what it was asked."""

    answer: Script
    asked: list[tuple[str, bytes]] = field(default_factory=list)
    connections: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    (
                        int(line[15:])
                        for line in head.lower().split(b"\r\n")
                        if line.startswith(b"content-length:")
                    ),
                    0,
                )
                self.asked.append((head.decode(), await reader.readexactly(length)))
                if (said := self.answer(len(self.asked) - 1, self.asked[-1][1])) is None:
                    return
                writer.write(said)
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()


class Heap:
    """A source with so many messages; keeps what became of each."""

    def __init__(self, count: int) -> None:
        self.left = [envelope(n) for n in range(count)]
        self.fates: list[tuple[int, str, str]] = []
        self.done: list[ShortEnvelope] = []

    def take(self, peer: Any) -> ShortEnvelope | None:
        return self.left.pop(0) if self.left else None

    def replied(self, taken: ShortEnvelope, reply: Any) -> None:
        self.done.append(taken)
        self.fates.append((taken.key, "replied", f"{reply.code} {reply.command} {reply.text}"))

    def unanswered(self, taken: ShortEnvelope, cause: str) -> None:
        self.fates.append((taken.key, "unanswered", cause))

    def unsent(self, taken: ShortEnvelope, cause: str) -> None:
        self.fates.append((taken.key, "unsent", cause))
        self.left.append(taken)

    def trouble(self, reply: Any, permanent: bool) -> None:
        pass


def envelope(key: int = 0, text: str = "Hello Zoë") -> ShortEnvelope:
    encoded = Encoded(text, "gsm7", 0, 0, (text.encode("latin-1"),), len(text))
    return ShortEnvelope(key, "Acme", "+33612345678", encoded, mark=f"1-{key}-abc", validity=3600.0)


async def until(fact: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not fact():  # noqa: ASYNC110 -- the facts are not the loop's
            await asyncio.sleep(0.001)


def at(answer: Script, work: Callable[[Stand, int], Awaitable[None]]) -> Stand:
    """Do `work` with a stand at a port of this machine."""
    stand = Stand(answer)

    async def run() -> None:
        server = await asyncio.start_server(stand.serve, "127.0.0.1", 0)
        async with server:
            await work(stand, server.sockets[0].getsockname()[1])

    asyncio.run(run())
    return stand


def hand_over(answer: Script, url: str, count: int = 1, **terms_: Any) -> tuple[Stand, Heap]:
    heap = Heap(count)

    async def work(stand: Stand, port: int) -> None:
        desk = hands(Way(7, terms(url.format(port=port))), heap)
        desk.wake()
        await until(lambda: len([each for each in heap.fates if each[1] != "unsent"]) >= count)
        await desk.close(0)

    return at(answer, work), heap


def test_a_message_is_handed_over_in_the_shape_that_the_url_says() -> None:
    url = (
        "sms+http://:sesame@127.0.0.1:{port}/v2/send?to=messages.0.to&number=plain&from=sender&text=messages.0.body&reference=ref"
        "&set.type=json:true&id=data.0.id&validity=ttl"
    )
    stand, heap = hand_over(lambda n, body: http(202, {"data": [{"id": 41 + n}]}), url)
    head, body = stand.asked[0]
    assert head.startswith("POST /v2/send HTTP/1.1")
    assert "Authorization: Bearer sesame" in head
    assert json.loads(body) == {
        "messages": [{"to": "33612345678", "body": "Hello Zoë"}], "sender": "Acme", "ref": "1-0-abc", "type": True, "ttl": 3600,
    }  # fmt: skip
    assert heap.fates == [(0, "replied", "250 dot queued as <41>")]
    assert (heap.done[0].ids, heap.done[0].server) == (["41"], 7)


def test_twilio_is_asked_as_it_wants_and_its_codes_are_understood() -> None:
    def answer(n: int, body: bytes) -> bytes:
        if n == 0:
            return http(201, {"sid": "SM1", "status": "queued"})
        if n == 1:
            return http(400, {"code": 21610, "message": "Attempt to send to unsubscribed recipient"})
        return http(400, {"code": 21606, "message": "The 'From' number is not valid"})

    url = "twilio://AC1:token@127.0.0.1:{port}?service=MG1&connections=1&callback=https://sms.example.org/hooks/1/s"
    stand, heap = hand_over(answer, url, 3)
    head, body = stand.asked[0]
    assert head.startswith("POST /2010-04-01/Accounts/AC1/Messages.json")
    assert "Authorization: Basic QUMxOnRva2Vu" in head
    assert dict(parse_qsl(body.decode())) == {
        "To": "+33612345678", "From": "Acme", "Body": "Hello Zoë", "MessagingServiceSid": "MG1", "ValidityPeriod": "3600",
        "StatusCallback": "https://sms.example.org/hooks/1/s?mark=1-0-abc",
    }  # fmt: skip
    assert heap.fates[0] == (0, "replied", "250 dot queued as <SM1>")
    assert heap.fates[1] == (
        1,
        "replied",
        "550 rcpt HTTP 400 [21610]: Attempt to send to unsubscribed recipient",
    )
    assert heap.fates[2][2].startswith("554 mail HTTP 400 [21606]")  # our mistake, which strikes nobody off


def test_connections_are_used_again_and_too_many_requests_rest_without_an_attempt() -> None:
    def answer(n: int, body: bytes) -> bytes:
        return (
            http(429, {"message": "slow down"}, "Retry-After: 0.1") if n == 3 else http(200, {"id": str(n)})
        )

    stand, heap = hand_over(answer, "sms+http://127.0.0.1:{port}/?connections=2", 20)
    assert [each[1] for each in heap.fates].count("unsent") == 1
    assert sorted(each[0] for each in heap.fates if each[1] == "replied") == list(range(20))
    assert len(stand.asked) == 21
    assert stand.connections <= 2


@pytest.mark.parametrize("method", ["post", "put"])
def test_a_connection_lost_before_the_answer_is_in_doubt_and_never_tried_again(method: str) -> None:
    stand, heap = hand_over(lambda n, body: None, f"sms+http://127.0.0.1:{{port}}/?method={method}")
    assert [each[:2] for each in heap.fates] == [(0, "unanswered")]
    assert len(stand.asked) == 1


@pytest.mark.parametrize(
    ("status", "body", "options", "wanted"),
    [
        (500, None, "", "unanswered"),
        (200, {"code": 0, "id": 1}, "status=code&code.0=accepted&code.*=sender", "250 dot queued as <1>"),
        (200, {"code": 7, "message": "no such number"}, "status=code&code.7=recipient&code.*=sender",
         "550 rcpt HTTP 200 [7]: no such number"),
        (200, {}, "status=code&code.0=accepted", "unanswered"),
        (422, {"error": {"message": "sesame is wrong"}}, "http.422=recipient", "550 rcpt HTTP 422: … is wrong"),
        (302, None, "", "554 mail HTTP 302"),
        (200, [[[["no"]]]], "", "250 dot HTTP 200"),
    ],
)  # fmt: skip
def test_an_answer_means_what_the_url_says_and_else_what_http_does(
    status: int, body: Any, options: str, wanted: str
) -> None:
    stand, heap = hand_over(
        lambda n, _: http(status, body), f"sms+http://:sesame@127.0.0.1:{{port}}/?{options}"
    )
    assert wanted in (heap.fates[0][1], heap.fates[0][2])
    assert len(stand.asked) == 1


def test_stop_begins_no_request_and_says_how_many_are_under_way() -> None:
    heap = Heap(30)

    async def work(stand: Stand, port: int) -> None:
        desk = hands(Way(1, terms(f"sms+http://127.0.0.1:{port}/?connections=3")), heap)
        desk.wake()
        await until(lambda: bool(stand.asked))
        begun = len(heap.fates) + desk.stop()
        await desk.drained()
        assert len(heap.fates) == len(stand.asked) == begun < 30
        await desk.close()

    at(lambda n, body: http(200, {"id": "x"}), work)


def test_states_are_asked_for_and_a_key_is_tried() -> None:
    def answer(n: int, body: bytes) -> bytes:
        return [
            http(200, {"id": "7", "status": "DELIVRD"}),
            http(404),
            http(200, {"status": "rejected", "error": 12}),
            http(200, {"id": "9", "status": "sent"}),
            http(401),
        ][n]

    async def work(stand: Stand, port: int) -> None:
        there = terms(
            f"sms+http://:sesame@127.0.0.1:{port}/send?ask=/state?m={{id}}&check=/balance&connections=1"
        )
        assert isinstance(there, Gateway)
        assert await ask(there, [("7", ""), ("8", ""), ("", "1-2-abc")]) == [
            Receipt("7", "delivered", "", "DELIVRD")
        ]
        by_mark = terms(f"sms+http://127.0.0.1:{port}/send?ask=/by/{{reference}}")
        assert isinstance(by_mark, Gateway)
        assert await ask(by_mark, [("", "1-2-abc")]) == [
            Receipt("", "failed", "12", "rejected", reference="1-2-abc")
        ]
        by_both = terms(f"sms+http://127.0.0.1:{port}/send?ask=/of/{{id}}?as={{reference}}")
        assert isinstance(by_both, Gateway)
        said = Receipt("9", "underway", text="sent", reference="1-3-abc")
        assert await ask(by_both, [("9", "1-3-abc"), ("", "1-2-abc"), ("9", "")]) == [said]
        [found] = await trying.diagnose([there])
        assert (found.ok, found.steps[-1].text) == (False, "key refused: HTTP 401")

    stand = at(answer, work)
    assert [head.split(" ")[1] for head, _ in stand.asked] == [
        "/state?m=7",
        "/state?m=8",
        "/by/1-2-abc",
        "/of/9?as=1-3-abc",
        "/balance",
    ]


def test_a_gateway_that_does_not_answer_is_asked_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PATIENCE", 0.2)

    async def work(stand: Stand, port: int) -> None:
        there = terms(f"sms+http://:sesame@127.0.0.1:{port}/send?ask=/state?m={{id}}&connections=2")
        assert isinstance(there, Gateway)
        assert await ask(there, [(str(n), "") for n in range(9)]) == []

    assert len(at(lambda n, body: b"", work).asked) == 2


def test_one_message_by_itself_is_handed_over_and_nobody_there_is_certainly_nothing_sent() -> None:
    async def work(stand: Stand, port: int) -> None:
        fate = await errand.hand_over([Way(1, terms(f"sms+http://127.0.0.1:{port}/"))], envelope())
        assert "queued as <9>" in str(fate)
        nobody = await errand.hand_over([Way(1, terms("sms+http://127.0.0.1:1/"))], envelope())
        assert (
            str(nobody)
            == "Unsent(cause='cannot connect to 127.0.0.1:1: connection refused', permanent=False)"
        )

    at(lambda n, body: http(201, {"id": "9"}), work)


def test_a_name_that_leads_into_a_private_network_is_not_called() -> None:
    async def work(stand: Stand, port: int) -> None:
        fate = await errand.hand_over([Way(1, terms(f"sms+https://localhost:{port}/"))], envelope())
        assert "private network" in str(fate)
        assert stand.connections == 0

    at(lambda n, body: http(201, {"id": "9"}), work)


ITEMS = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(
        st.sampled_from(["id", "sid", "code", "message", "status", "error", "data"]), inner, max_size=4)),
)  # fmt: skip
GATEWAYS = [
    Gateway.from_url(url) for url in ("twilio://AC1:t@", "sms+https://:key@g.example/?id=data.0.id&status=code&code.*=later&ask=/{id}")
]  # fmt: skip


@settings(max_examples=examples(300))
@given(
    gateway=st.sampled_from(GATEWAYS), status=st.integers(100, 599),
    body=st.one_of(st.binary(max_size=100), ITEMS.map(lambda each: json.dumps(each).encode()), st.just(b"[" * 70_000)),
)  # fmt: skip
def test_whatever_is_answered_means_something_and_is_safe_to_show(
    gateway: Gateway, status: int, body: bytes
) -> None:
    profile = profile_of(gateway)
    found = profile.answered(gateway, envelope(), Response(status, body, "soon")).fate
    said = found.reply.text if isinstance(found, Replied) else found.cause
    assert said.encode()  # no halves of characters, which no ledger takes
    assert not UNPRINTABLE.search(said)
    assert isinstance(profile.state(gateway, "1", Response(status, body)), Receipt | None)


@settings(max_examples=examples(300))
@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(st.tuples(
            st.sampled_from(["to", "from", "id", "set.a", "set.a.b", "set.a.0", "http.1", "http.404", "code.x", "state.y", "connections", "x", "ask",
                             "signature", "receipts", "private", "check", "in.list"]),
            st.sampled_from(["a", "a.b", "a.0.b", "-", "", "yes", "json:1", "json:[", "accepted", "delivered", "0", "/x", "hex"]),
        ), max_size=5).map(urlencode),
    )
)  # fmt: skip
def test_an_address_is_read_or_refused(query: str) -> None:
    for scheme in ("sms+https://:k@gateway.example.net/send", "twilio://AC1:k@"):
        try:
            found = Gateway.from_url(f"{scheme}?{query}")
        except ServerURLError:
            continue
        assert Gateway.from_url(found.url, found.password) == found
        profile_of(found).sending(found, envelope())


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("header=Content-Length", "how the request is to be read"),
        ("header=host", "how the request is to be read"),
        ("secret=to", "two things in the field to"),
        ("text=a.b&reference=a.b", r"two things in the field a\.b"),
    ],
)
def test_a_key_and_a_text_are_written_where_nothing_else_stands(query: str, said: str) -> None:
    with pytest.raises(ServerURLError, match=said):
        Gateway.from_url(f"sms+https://:k@gateway.example.net/send?{query}")


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        ("/v1/messages", "asks about every message the same: {id} or {reference} has to stand"),
        ("/v1/{id}/{ref}", "{ref} stands for nothing; {id} and {reference} are known"),
        ("v1/{id}", "a path from / on"),
    ],
)
def test_an_address_to_ask_at_names_what_is_asked_about(ask: str, said: str) -> None:
    with pytest.raises(ServerURLError, match=re.escape(said)):
        Gateway.from_url(f"sms+https://:k@gateway.example.net/send?{urlencode({'ask': ask})}")
