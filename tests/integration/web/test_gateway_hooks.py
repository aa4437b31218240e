"""What gateways for short messages tell: signed and not, repeated, in batches, of others, and garbled."""

import base64
import hmac
import json
import time
from contextlib import ExitStack
from hashlib import sha1, sha256
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.account import transports
from penstock.audience.suppression import suppressed
from penstock.content.links import tokens
from penstock.feedback import doctor
from penstock.feedback.hooks import keeping
from penstock.platform.environment import base_url, link_key
from penstock.transport.gateway import signed, telling
from penstock.transport.gateway.gateway import Gateway
from penstock.transport.gateway.telling import Heard, Untold
from penstock.transport.short import Inbound, Receipt
from penstock.web import hooks
from tests.browser.desk import TERMINAL, Desk
from tests.examples import examples

NUMBER = "+33612345678"
SECRET = base64.b64encode(b"0123456789abcdef01234567").decode()


class Teller:
    """A transport of one gateway, its webhook, and how it signs."""

    def __init__(self, conn: psycopg.Connection[Any], url: str, provider: str, key: str | None) -> None:
        self.conn, self.client = conn, Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=True)
        self.desk = Desk(conn, "smtp://127.0.0.1:2525?tls=none")
        self.transport = transports.create(
            conn, self.desk.account, name=provider, given=[{"url": url}], actor=TERMINAL
        ).id
        hook, address = keeping.make(
            conn, self.desk.account, self.transport, actor=TERMINAL, provider=provider, key=key
        )
        self.hook, self.path = hook, "/hooks/" + address.partition("/hooks/")[2]

    def standard(self, told: Any, at: float | None = None, secret: str = SECRET) -> Any:
        body, stamp = json.dumps(told).encode(), str(int(at or time.time()))
        made = hmac.digest(base64.b64decode(secret), f"msg_1.{stamp}.".encode() + body, sha256)
        headers = {
            "webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": f"v1,{base64.b64encode(made).decode()}",
        }  # fmt: skip
        return self.client.post(self.path, body, content_type="application/json", headers=headers)

    def twilio(self, form: dict[str, str], query: str = "", token: str = "token") -> Any:
        url = f"{base_url()}{self.path}{query}"
        made = hmac.digest(
            token.encode(), (url + "".join(f"{k}{v}" for k, v in sorted(form.items()))).encode(), sha1
        )
        return self.client.post(
            self.path + query, urlencode(form), content_type="application/x-www-form-urlencoded",
            headers={"X-Twilio-Signature": base64.b64encode(made).decode()},
        )  # fmt: skip

    def inbox(self) -> list[tuple[Any, ...]]:
        return self.conn.execute(
            "select number, addressee, text, word, done from feedback_message where transport = %s order by id", (self.transport,)
        ).fetchall()  # fmt: skip

    def receipts(self) -> list[tuple[Any, ...]]:
        return self.conn.execute(
            "select id, state, number, error from delivery_receipt where transport = %s order by id", (self.transport,)
        ).fetchall()  # fmt: skip


def test_receipts_and_messages_of_a_gateway_are_believed_when_signed_and_count_once(
    pages: psycopg.Connection[Any],
) -> None:
    teller = Teller(pages, "sms+https://:k@gateway.example.net/send", "gateway", f"whsec_{SECRET}")
    told = [
        {"id": "41", "status": "DELIVRD", "to": NUMBER},
        {"id": "42", "status": "undelivered", "error": "27", "to": NUMBER},
        {"id": "in-1", "from": NUMBER, "to": "36180", "text": "Stop svp"},
    ]
    answer = teller.standard(told)
    assert (answer.status_code, answer.json()) == (200, {"receipts": 2, "messages": 1})
    assert teller.receipts() == [("41", 6, NUMBER, ""), ("42", 7, NUMBER, "27")]
    assert teller.inbox() == [(NUMBER, "36180", "Stop svp", "stop", "unsubscribed")]
    assert suppressed(pages, teller.desk.account, NUMBER) == "unsubscribed"
    teller.standard({"id": "in-2", "from": NUMBER, "text": "START"})
    assert suppressed(pages, teller.desk.account, NUMBER) is None
    assert "messages" not in teller.standard(told).json()  # a repetition of the old STOP stops nobody
    assert suppressed(pages, teller.desk.account, NUMBER) is None
    refused = [
        teller.standard(told, secret=base64.b64encode(b"another").decode()),
        teller.standard(told, at=time.time() - 600),
        teller.client.post(teller.path, b"[]", content_type="application/json"),
    ]
    assert [each.status_code for each in refused] == [403, 403, 403]
    assert teller.standard({"hello": 1}).status_code == 400
    found = keeping.find(pages, teller.desk.account, teller.transport, "gateway")
    assert (found.last_kind, found.lacks_key) == ("received", False)
    assert found.refused


def test_twilio_signs_the_address_and_the_mark_in_it_places_a_receipt(pages: psycopg.Connection[Any]) -> None:
    teller = Teller(pages, "twilio://AC1:token@", "twilio", None)
    mailing = teller.desk.begun(teller.desk.release(teller.desk.draft(count=2)))
    teller.desk.send(mailing, accepted=2)
    mark = tokens(mailing, 1, link_key())[0].decode()
    receipt = {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "30003", "To": NUMBER}
    answer = teller.twilio(receipt, f"?mark={mark}")
    assert (answer.status_code, answer.json()) == (200, {"receipts": 1, "marked": 1})
    state = pages.execute(
        "select o.state, r.text from delivery_outcome o join delivery_reply r on r.id = o.reply"
        " where o.mailing = %s and o.seq = 1 order by o.state desc limit 1", (mailing,),
    ).fetchone()  # fmt: skip
    assert state == (7, "undelivered, error 30003")
    assert teller.twilio(receipt, f"?mark={mark}").json() == {"receipts": 1}  # known
    other = tokens(mailing, 2, link_key())[0].decode()
    assert teller.client.post(
        f"{teller.path}?mark={other}", urlencode(receipt), content_type="application/x-www-form-urlencoded"
    ).status_code == 403  # fmt: skip
    assert teller.twilio(receipt, f"?mark={other}", token="guessed").status_code == 403
    teller.twilio(
        {"MessageSid": "SM2", "From": NUMBER, "To": "+15005550006", "Body": "ARRÊT", "SmsStatus": "received"}
    )
    assert teller.inbox() == [(NUMBER, "+15005550006", "ARRÊT", "stop", "unsubscribed")]


def test_a_gateway_that_tells_too_much_at_once_is_to_come_again(pages: psycopg.Connection[Any]) -> None:
    """Each request holds a connection to the database, which pages need as well."""
    teller = Teller(pages, "sms+https://:k@gateway.example.net/send", "gateway", f"whsec_{SECRET}")
    told = {"id": "41", "status": "DELIVRD", "to": NUMBER}
    with ExitStack() as busy:
        for _ in range(hooks.Turns.AT_ONCE):
            assert busy.enter_context(hooks.TURNS.turn(teller.hook.id))
        answer = teller.standard(told)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        with hooks.TURNS.turn(teller.hook.id + 1) as another:
            assert another
    assert teller.receipts() == []
    assert teller.standard(told).status_code == 200


def test_a_gateway_that_signs_nothing_says_so_in_its_url(pages: psycopg.Connection[Any]) -> None:
    teller = Teller(
        pages, "sms+https://:k@gateway.example.net/send?signature=none&in.list=events", "gateway", None
    )
    assert not teller.hook.lacks_key
    answer = teller.client.post(
        teller.path, json.dumps({"events": [{"id": 1, "status": "read"}]}), content_type="application/json"
    )
    assert answer.json() == {"receipts": 1}
    lacking = Teller(pages, "sms+https://:k@gateway.example.net/send", "gateway", None)
    assert lacking.hook.lacks_key
    assert lacking.standard({"id": 1, "status": "read"}).status_code == 403


@pytest.mark.parametrize(
    ("options", "headers", "believed"),
    [
        ("signature=hex&signature.header=X-Sig", {"x-sig": "sha256=" + hmac.new(b"k", b"{}", sha256).hexdigest()}, True),
        ("signature=hex&signature.header=X-Sig", {"x-sig": hmac.new(b"j", b"{}", sha256).hexdigest()}, False),
        ("signature=base64&signature.header=X-Sig&signature.time=X-At",
         {"x-sig": base64.b64encode(hmac.digest(b"k", b"1000.{}", sha256)).decode(), "x-at": "1000"}, True),
        ("signature=base64&signature.header=X-Sig&signature.time=X-At",
         {"x-sig": base64.b64encode(hmac.digest(b"k", b"1.{}", sha256)).decode(), "x-at": "1"}, False),
    ],
)  # fmt: skip
def test_signatures_of_other_forms(options: str, headers: dict[str, str], believed: bool) -> None:
    gateway = Gateway.from_url(f"sms+https://:k@gateway.example.net/?{options}")
    try:
        signed.verify(gateway, "k", headers, "", b"{}", now=1100)
    except signed.NotSigned:
        assert not believed
    else:
        assert believed


FORMS = [
    Gateway.from_url(url)
    for url in (
        "sms+https://:k@g.example.net/",
        "sms+https://:k@g.example.net/?number=plain&in.list=a.0.b",
        "twilio://AC1:t@",
    )
]
WORDS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.just("DELIVRD")
)
ITEMS = st.recursive(
    WORDS, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(
        st.sampled_from(["id", "status", "from", "to", "text", "at", "error", "reference", "a", "b"]), inner, max_size=6)),
)  # fmt: skip


@settings(max_examples=examples(300))
@given(
    body=st.one_of(st.binary(max_size=200), ITEMS.map(lambda each: json.dumps(each).encode())),
    gateway=st.sampled_from(FORMS), query=st.text(max_size=30), kind=st.sampled_from(["application/json", "x-www-form-urlencoded"]),
)  # fmt: skip
def test_whatever_is_told_is_read_or_refused(body: bytes, gateway: Gateway, query: str, kind: str) -> None:
    try:
        found = telling.heard(gateway, body, query, kind)
    except Untold:
        return
    assert isinstance(found, Heard)
    assert all(isinstance(each, Receipt) for each in found.receipts)
    assert all(isinstance(each, Inbound) for each, _ in found.messages)


def test_the_doctor_sees_a_gateway_that_cannot_tell(pages: psycopg.Connection[Any]) -> None:
    there = transports.create(
        pages, Desk(pages, "smtp://127.0.0.1:2525?tls=none").account, name="Deaf one", actor=TERMINAL,
        given=[{"url": "sms+https://:k@gateway.example.net/?receipts=yes"}],
    )  # fmt: skip
    words = [each.what for each in doctor.check_gateways(pages) if "Deaf one" in each.what]
    assert len(words) == 1
    assert words[0].endswith("waits for receipts and has no webhook.")
    made, _ = keeping.make(pages, _account(pages, there.id), there.id, actor=TERMINAL, provider="gateway")
    assert any("its key is lacking" in each.what for each in doctor.check_gateways(pages))
    keeping.change(pages, made.account, there.id, "gateway", key="s3cret", actor=TERMINAL)
    assert not any("Deaf one" in each.what for each in doctor.check_gateways(pages))


def _account(conn: psycopg.Connection[Any], transport: int) -> int:
    row = conn.execute("select account_id from account_transport where id = %s", (transport,)).fetchone()
    assert row
    return int(row[0])
