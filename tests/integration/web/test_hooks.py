"""What providers tell: each provider's requests as they come, signed and not, repeated, in batches, about others, and garbled."""

import asyncio
import base64
import hmac
import json
import time
from collections.abc import Callable, Iterator
from hashlib import md5, sha1, sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.test import Client, RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from penstock.account import transports
from penstock.audience import suppression
from penstock.content.links import NOBODY, tokens
from penstock.feedback import bounces, strays
from penstock.feedback.hooks import keeping, reading, svix
from penstock.feedback.hooks.reading import Forged
from penstock.feedback.hooks.told import Told, is_hard, said_of
from penstock.platform.bounding import LARGEST_BODY
from penstock.platform.environment import link_key
from penstock.transport.envelope import Envelope
from penstock.transport.provider import line
from penstock.transport.provider.hooks import HOOKS
from penstock.transport.provider.known import KNOWN, MARK
from penstock.transport.provider.provider import Provider as Api
from penstock.transport.provider.rebuilding import parts_of
from penstock.web import bodies
from tests.browser.desk import TERMINAL, Desk
from tests.examples import examples

CORPUS = Path(__file__).parents[2] / "corpus" / "webhooks"
REQUESTS = {file.stem: json.loads(file.read_text("utf-8")) for file in sorted(CORPUS.glob("*.json"))}
URLS = (
    "anymail+brevo://:k@", "anymail+mailersend://:k@", "anymail+mailgun://:k@", "anymail+mailjet://k:s@",
    "anymail+mailtrap://:k@", "anymail+mandrill://:k@", "anymail+postal://:k@127.0.0.1:9", "anymail+postmark://:k@",
    "anymail+resend://:k@", "anymail+sparkpost://:k@", "anymail+unisender-go://:own-key@go1.unisender.ru",
)  # fmt: skip
RSA = rsa.generate_private_key(65537, 2048)
PEM = (
    RSA.public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)
SVIX = svix.PREFIX + base64.b64encode(b"s" * 24).decode()
KEYS = {
    "mailersend": "ms",
    "mailgun": "mg",
    "mailtrap": "mt",
    "mandrill": "md",
    "postal": PEM,
    "resend": SVIX,
}


class Provider:
    """All providers' webhooks of one account, and a mailing that they tell of."""

    def __init__(self, conn: psycopg.Connection[Any], readers: int) -> None:
        self.conn, self.client = conn, Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=True)
        self.desk = Desk(conn, "smtp://127.0.0.1:2525?tls=none")
        self.desk.policy(package_size=1000)
        self.mailing = self.desk.begun(self.desk.release(self.desk.draft(count=readers)))
        self.desk.send(self.mailing, accepted=readers)
        self.transport = transports.create(
            conn, self.desk.account, name="All", given=[{"url": url} for url in URLS], actor=TERMINAL
        ).id
        self.paths: dict[str, str] = {}
        for name in HOOKS:
            _, url = keeping.make(
                conn, self.desk.account, self.transport, actor=TERMINAL, provider=name, key=KEYS.get(name)
            )
            self.paths[name] = "/hooks/" + url.partition("/hooks/")[2]
        self._next = iter(range(1, readers + 1))

    def seq(self) -> int:
        """A recipient that nobody told anything of."""
        return next(self._next)

    def body(self, name: str, request: dict[str, Any], mark: str) -> Any:
        text = json.dumps(request["body"]).replace("MARK", mark)
        if name == "mailgun":
            stamp = str(int(time.time()))
            signed = hmac.new(b"mg", f"{stamp}TOKEN".encode(), sha256).hexdigest()
            text = text.replace("TIME", stamp).replace("SIGNATURE", signed)
        if name == "unisender_go":
            text = text.replace("AUTH", md5(text.replace("AUTH", "own-key").encode()).hexdigest())
        return text.encode()

    def tell(self, name: str, request: dict[str, Any], mark: str, **headers: str) -> Any:
        """Send a request as the provider does; `headers` come in place of its own."""
        body = self.body(name, request, mark)
        kind = "application/json"
        if field := request.get("form"):
            body, kind = urlencode({field: body.decode()}).encode(), "application/x-www-form-urlencoded"
        return self.send(name, body, kind, headers or self.signed(name, body))

    def send(
        self, name: str, body: bytes, kind: str = "application/json", headers: dict[str, str] | None = None
    ) -> Any:
        return self.client.post(self.paths[name], body, content_type=kind, headers=headers or {})

    def signed(self, name: str, body: bytes) -> dict[str, str]:
        if name in ("mailersend", "mailtrap"):
            field = "Signature" if name == "mailersend" else "Mailtrap-Signature"
            return {field: hmac.new(KEYS[name].encode(), body, sha256).hexdigest()}
        if name == "mandrill":
            from urllib.parse import parse_qsl

            fields = "".join(key + value for key, value in sorted(parse_qsl(body.decode())))
            text = keeping.environment.base_url() + self.paths[name] + fields
            return {
                "X-Mandrill-Signature": base64.b64encode(
                    hmac.new(b"md", text.encode(), sha1).digest()
                ).decode()
            }
        if name == "postal":
            made = RSA.sign(body, padding.PKCS1v15(), hashes.SHA1())
            return {"X-Postal-Signature": base64.b64encode(made).decode()}
        if name == "resend":
            stamp = str(int(time.time()))
            made = hmac.digest(b"s" * 24, f"msg_1.{stamp}.".encode() + body, sha256)
            return {
                "svix-id": "msg_1",
                "svix-timestamp": stamp,
                "svix-signature": f"v1,{base64.b64encode(made).decode()}",
            }
        return {}

    def mark(self, seq: int) -> str:
        return tokens(self.mailing, seq, link_key())[0].decode()

    def kinds(self, seq: int) -> list[str]:
        rows = self.conn.execute(
            "select kind from feedback_event where mailing = %s and seq = %s order by id", (self.mailing, seq)
        )
        return [kind for (kind,) in rows]

    def ledger(self, seq: int) -> tuple[str, int, str, str]:
        """State, code, enhanced code and words of a recipient's last outcome."""
        row = self.conn.execute(
            "select s.name, r.code, r.enhanced, r.text from delivery_outcome o join delivery_state s on s.code = o.state"
            " join delivery_reply r on r.id = o.reply where o.mailing = %s and o.seq = %s order by o.state desc limit 1",
            (self.mailing, seq),
        ).fetchone()  # fmt: skip
        assert row
        return row

    def strays(self) -> list[strays.Stray]:
        return strays.page(self.conn, self.desk.account, limit=100)


@pytest.fixture(scope="module")
def provider(pages: psycopg.Connection[Any]) -> Provider:
    return Provider(pages, 160)


def test_every_provider_that_can_tell_something_is_tried() -> None:
    assert set(REQUESTS) == set(HOOKS)
    for name, requests in REQUESTS.items():
        done = {request["does"] for request in requests}
        assert done >= {"bounced", "clicked"}, name
        assert name == "postal" or "complained" in done


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_what_a_provider_tells_is_done_and_once(provider: Provider, name: str) -> None:
    for request in REQUESTS[name]:
        seq = provider.seq()
        mark, does, which = provider.mark(seq), request["does"], request["name"]
        answer = provider.tell(name, request, mark)
        assert answer.status_code == 200, (which, answer.content)
        done = answer.json()
        if does in ("", "nothing"):
            assert set(done) <= {"nothing"}, which
            assert provider.kinds(seq) == [], which
            continue
        assert sum(done.values()) == 1, (which, done)
        if does in ("delivered", "bounced"):
            assert done == {does: 1}, which
            if does == "bounced":
                state, code, enhanced, text = provider.ledger(seq)
                assert (state, code, enhanced) == ("bounced", request["code"], request["enhanced"]), (
                    which,
                    text,
                )
                assert text.startswith(KNOWN[name].title), which
        else:
            assert provider.kinds(seq) == [does], which
        if does in ("complained", "unsubscribed"):
            normal = f"reader{seq}@{provider.desk.domain}"
            reason = {"complained": "complaint", "unsubscribed": "unsubscribed"}[does]
            assert suppression.suppressed(provider.conn, provider.desk.account, normal) == reason, which
        again = provider.tell(name, request, mark)
        assert again.json() == {"repeated": 1}, which
        assert provider.kinds(seq) == ([] if does in ("delivered", "bounced") else [does])
    hook = keeping.find(provider.conn, provider.desk.account, provider.transport, name)
    assert hook.last_at is not None


@pytest.mark.parametrize(
    "name", ["mailersend", "mailgun", "mailtrap", "mandrill", "postal", "resend", "unisender_go"]
)
def test_what_is_not_signed_as_it_should_be_is_not_believed(provider: Provider, name: str) -> None:
    seq = provider.seq()
    complaint = next(each for each in REQUESTS[name] if each["does"] in ("complained", "bounced"))
    before = len(provider.strays())
    body = provider.body(name, complaint, provider.mark(seq))
    forged = body.replace(b'"signature": "', b'"signature": "0').replace(b'"auth": "', b'"auth": "0')
    kind = "application/json"
    if field := complaint.get("form"):
        forged, kind = urlencode({field: body.decode()}).encode(), "application/x-www-form-urlencoded"
    wrong = {
        "Signature": "00", "Mailtrap-Signature": "ü", "X-Mandrill-Signature": "AAAA", "X-Postal-Signature": "*", "svix-id": "msg_1",
        "svix-timestamp": str(int(time.time())), "svix-signature": "v1,AAAA v2,x",
    }  # fmt: skip
    for headers in ({}, wrong):
        answer = provider.send(name, forged, kind, headers)
        assert answer.status_code == 403, answer.content
        assert provider.paths[name] not in answer.content.decode()
    assert provider.kinds(seq) == []
    assert len(provider.strays()) == before + 1, "kept apart once; what comes again is counted"
    hook = keeping.find(provider.conn, provider.desk.account, provider.transport, name)
    assert hook.refused is not None
    assert provider.paths[name].rpartition("/")[2] not in hook.refused


@pytest.mark.parametrize("name", [name for name, hook in HOOKS.items() if hook.needed])
def test_before_its_key_is_given_nothing_is_believed(name: str) -> None:
    request = RequestFactory().post("/", b"{}", "application/json")
    with pytest.raises(Forged, match="not given yet"):
        reading.read(name, request, "", "https://mail.example.org/hooks/1/x")


def test_what_svix_signs_is_not_taken_later() -> None:
    headers = {"svix-id": "m", "svix-timestamp": "1000", "svix-signature": "v1,x"}
    made = base64.b64encode(hmac.digest(b"s" * 24, b"m.1000.{}", sha256)).decode()
    svix.verify(SVIX, {**headers, "svix-signature": f"v1,AAAA v1,{made}"}, b"{}", now=1200)
    for now in (1301, 600):
        with pytest.raises(svix.NotSigned, match="five minutes"):
            svix.verify(SVIX, {**headers, "svix-signature": f"v1,{made}"}, b"{}", now=now)
    with pytest.raises(svix.NotSigned, match="base64"):
        svix.verify("whsec_*", headers, b"{}", now=1000)


def test_a_batch_does_what_it_can(provider: Provider) -> None:
    """One event that cannot be read, one of nobody, one forged: the others count."""
    one, two = provider.seq(), provider.seq()
    click = REQUESTS["sparkpost"][-2]["body"][0]
    marked = [json.loads(json.dumps(click).replace("MARK", provider.mark(seq))) for seq in (one, two)]
    forged = json.loads(json.dumps(click).replace("MARK", provider.mark(one)[:-1] + "x"))
    odd = [
        {"msys": {"message_event": {"rcpt_meta": 5}}},
        {"msys": {"message_event": {"type": "no such type"}}},
    ]
    answer = provider.send(
        "sparkpost", json.dumps([marked[0], *odd, forged, marked[1], {"msys": {}}]).encode()
    )
    assert answer.status_code == 200
    assert answer.json() == {"clicked": 2, "stray": 3}
    assert provider.kinds(one) == provider.kinds(two) == ["clicked"]
    kinds = [each.kind for each in provider.strays()[:3]]
    assert sorted(kinds) == ["forged", "unreadable", "unrecognised"]


def test_hundreds_at_once_are_counted_exactly(pages: psycopg.Connection[Any]) -> None:
    provider = Provider(pages, 120)
    each = REQUESTS["sparkpost"]
    named = {one["name"]: one["body"][0] for one in each}
    events = []
    for seq in range(1, 121):
        what = ("delivery", "bounce", "open", "click")[seq % 4]
        events += [json.loads(json.dumps(named[what]).replace("MARK", provider.mark(seq)))] * 4
    began = time.process_time()
    done = provider.send("sparkpost", json.dumps(events).encode()).json()
    assert time.process_time() - began < 10
    assert {kind: done[kind] for kind in ("delivered", "bounced", "opened", "clicked", "repeated")} == {
        "delivered": 30, "bounced": 30, "opened": 30, "clicked": 30, "repeated": 360,
    }  # fmt: skip
    counted = provider.conn.execute(
        "select kind, total, people from feedback_count where mailing = %s and link = 0 order by kind", (provider.mailing,)
    ).fetchall()  # fmt: skip
    assert counted == [("clicked", 30, 30), ("opened", 30, 30)]


def test_of_another_account_and_of_nobody_nothing_is_believed(
    provider: Provider, pages: psycopg.Connection[Any]
) -> None:
    theirs = Provider(pages, 2)
    complaint = REQUESTS["postmark"][4]
    assert provider.tell("postmark", complaint, theirs.mark(1)).json() == {"stray": 1}
    assert provider.strays()[0].kind == "foreign"
    assert theirs.kinds(1) == []
    assert provider.tell("postmark", complaint, NOBODY.decode()).json() == {"nothing": 1}, (
        "a test that was sent"
    )
    assert provider.tell("postmark", complaint, "").json() == {"stray": 1}
    assert provider.strays()[0].kind == "unknown"


def test_the_message_id_names_whom_it_is_about_where_no_mark_does(provider: Provider) -> None:
    seq, request = provider.seq(), json.loads(json.dumps(REQUESTS["mailgun"][3]))
    about = request["body"]["event-data"]
    del about["user-variables"]
    about["message"]["headers"]["message-id"] = f"{provider.mark(seq)}@example.com"
    assert provider.tell("mailgun", request, "").json() == {"complained": 1}
    assert provider.kinds(seq) == ["complained"]


def test_a_click_counts_for_the_link_and_once_where_it_is_ours(provider: Provider) -> None:
    seq, click = provider.seq(), REQUESTS["postmark"][6]
    provider.conn.execute(
        "insert into delivery_link (mailing, no, url) values (%s, 3, 'https://example.com/news')",
        (provider.mailing,),
    )
    provider.tell("postmark", click, provider.mark(seq))
    row = provider.conn.execute(
        "select data from feedback_event where mailing = %s and seq = %s", (provider.mailing, seq)
    ).fetchone()
    assert row == ({"link": 3},)
    ours = json.loads(
        json.dumps(click).replace("https://example.com/news", f"{keeping.environment.base_url()}/c/3-x")
    )
    assert provider.tell("postmark", ours, provider.mark(provider.seq())).json() == {"nothing": 1}


def test_only_the_address_that_was_given_answers(provider: Provider, pages: psycopg.Connection[Any]) -> None:
    right = provider.paths["postmark"]
    number, secret = right.split("/")[2:]
    for path in (
        f"/hooks/{number}/{secret[:-1]}",
        f"/hooks/{int(number) + 1}/{secret}",
        f"/hooks/{'9' * 30}/{secret}",
        f"/hooks/{number}/ü",
    ):
        for answer in (
            provider.client.get(path),
            provider.client.post(path, b"{}", content_type="application/json"),
        ):
            assert answer.status_code == 404
    assert provider.client.get(right).status_code == provider.client.head(right).status_code == 200
    _, url = keeping.make(
        pages, provider.desk.account, provider.transport, actor=TERMINAL, provider="postmark"
    )
    assert provider.client.get(right).status_code == 404, "another address takes its place"
    provider.paths["postmark"] = "/hooks/" + url.partition("/hooks/")[2]
    assert provider.client.get(provider.paths["postmark"]).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"5", b'"x"', b"[[]]", b"[null]", b'{"RecordType": 5}', b'{"data": null, "type": "email.sent"}',
        b"\xff\xfe", b"[" * 100_000, b'{"events": [{}]}', b'{"event": "click", "ts_epoch": 1e400}', b'{"items": []}',
        b'{"event": "hard_bounce", "reason": "\\ud800\\u0000", "X-Mailin-custom": "{}"}', b'{"event": "sent", "time": 1e300}',
    ],
)  # fmt: skip
def test_garbage_is_answered_and_kept_apart(provider: Provider, body: bytes) -> None:
    for name in ("brevo", "mailjet", "postmark", "sparkpost"):
        assert provider.send(name, body).status_code in (200, 400), name
    for name in ("mailersend", "mailtrap", "postal", "resend"):
        answer = provider.send(name, body, headers=provider.signed(name, body))
        assert answer.status_code in (200, 400), name


def test_whatever_comes_in_the_place_of_a_value_is_answered(provider: Provider) -> None:
    """Every value of every request, exchanged for something else."""
    values = (
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=5)
        | st.just([])
        | st.just({})
        | st.just("x" * 3000)
    )
    those = ("brevo", "mailersend", "mailjet", "mailtrap", "postal", "postmark", "resend", "sparkpost")
    told = [(name, request["body"]) for name in those for request in REQUESTS[name]]
    mark = provider.mark(provider.seq())

    @settings(max_examples=examples(60), suppress_health_check=list(HealthCheck), deadline=None)
    @given(st.sampled_from(told), st.data())
    def exchanged(chosen: tuple[str, Any], data: Any) -> None:
        name, body = chosen
        text = json.dumps(body).replace("MARK", mark)
        paths = list(_places(json.loads(text)))
        changed = _exchange(json.loads(text), data.draw(st.sampled_from(paths)), data.draw(values))
        sent = json.dumps(changed).encode()
        assert provider.send(name, sent, headers=provider.signed(name, sent)).status_code in (200, 400)

    exchanged()


def _places(found: Any, *path: Any) -> Iterator[tuple[Any, ...]]:
    items = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    yield path
    for name, value in items:
        yield from _places(value, *path, name)


def _exchange(found: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    found[path[0]] = _exchange(found[path[0]], path[1:], value)
    return found


def test_what_bounces_mean_follows_the_words_first() -> None:
    def said(**more: Any) -> tuple[int, str]:
        found = said_of(Told("bounced", "", None, **more), "X")
        return found.code, found.enhanced

    assert said(text="host mx said: 550-5.7.26 unauthenticated") == (550, "5.7.26")
    assert said(text="5.2.2 full", reason="invalid") == (0, "5.2.2")
    assert said(text="in 2050 or 10.5.1.1.9", reason="timed_out") == (0, "4.4.7")
    assert said(reason="spam") == (550, "5.7.1")
    assert is_hard({"Type": "HardBounce"}) is True
    assert is_hard({"hard_bounce": False}) is False
    assert is_hard([]) is None


def test_a_webhook_is_made_where_there_is_a_provider_that_tells(desk: Desk) -> None:
    make: Callable[..., Any] = keeping.make
    with pytest.raises(keeping.HookProblem, match="no provider"):
        make(desk.conn, desk.account, desk.transport, actor=TERMINAL)
    number = transports.create(
        desk.conn, desk.account, name="p", url="anymail+postmark://:k@", actor=TERMINAL
    ).id
    with pytest.raises(keeping.HookProblem, match="gives no key"):
        make(desk.conn, desk.account, number, actor=TERMINAL, key="k")
    with pytest.raises(keeping.HookProblem, match="no provider 'mailgun'"):
        make(desk.conn, desk.account, number, actor=TERMINAL, provider="mailgun")
    own = transports.create(
        desk.conn, desk.account, name="o", url="anymail+postal://:k@127.0.0.1:9", actor=TERMINAL
    ).id
    for key in ("abc", "\ud800", "\0", "x" * 3000):
        with pytest.raises(keeping.HookProblem, match="no RSA public key"):
            make(desk.conn, desk.account, own, actor=TERMINAL, key=key)
    made, _ = make(desk.conn, desk.account, number, actor=TERMINAL)
    assert (made.provider, made.has_key, made.lacks_key) == ("postmark", False, False)
    with pytest.raises(transports.UnknownTransport):
        make(desk.conn, 1, number, actor=TERMINAL)
    with pytest.raises(keeping.UnknownHook):
        keeping.remove(desk.conn, 1, number, "postmark", TERMINAL)
    transports.delete(desk.conn, desk.account, number, TERMINAL)
    assert keeping.listed(desk.conn, desk.account, number) == []


def test_only_an_address_that_was_given_takes_much(provider: Provider) -> None:
    path = provider.paths["sparkpost"]
    for asked, most in ((path, bodies.HOOKS), (path + "x", LARGEST_BODY), ("/hooks/1/x", LARGEST_BODY)):
        bound = asyncio.run(bodies.hooked({"path": asked}))
        assert bound is not None
        assert bound.most == most
    assert asyncio.run(bodies.hooked({"path": "/mailings"})) is None


def test_the_page_of_a_transport_gives_the_address_once(desk: Desk, visitor: Callable[..., Any]) -> None:
    url = "anymail+mailgun://:k@"
    number = transports.create(desk.conn, desk.account, name="Over Mailgun", url=url, actor=TERMINAL).id
    page, anna = f"/settings/transports/{number}", visitor("administrator")
    assert "Make the address" in anna.text(page)
    made = anna.post(f"{page}/hooks", {"provider": "mailgun"}).content.decode()
    assert f"/hooks/{number}/" in made
    assert "HTTP webhook signing key" in made
    assert "cannot be reached from outside" in made
    shown = anna.text(page)
    assert "Its key is lacking" in shown
    assert f"/hooks/{number}/" not in shown.replace(f"{page}/hooks/mailgun", "")
    assert anna.post(f"{page}/hooks/mailgun", {"key": "abc"}).status_code == 302
    assert "Its key is lacking" not in anna.text(page)
    assert (
        "is one line" in anna.client.post(f"{page}/hooks/mailgun", {"key": "ü"}, follow=True).content.decode()
    )
    for path in ("x", "postmark"):
        assert anna.post(f"{page}/hooks/{path}", {"key": "abc"}).status_code == 404
    assert visitor("author").post(f"{page}/hooks", {"provider": "mailgun"}).status_code == 403
    other = Desk(desk.conn, "smtp://127.0.0.1:2525?tls=none")
    for path in ("hooks", "hooks/mailgun", "hooks/mailgun/remove"):
        assert visitor("administrator", of=other).post(f"{page}/{path}", {"key": "a"}).status_code == 404
    assert "Take it away" in anna.text(f"{page}/hooks/mailgun/remove")
    assert anna.post(f"{page}/hooks/mailgun/remove").status_code == 302
    assert keeping.listed(desk.conn, desk.account, number) == []


@pytest.mark.behaviour("S3.15")
def test_who_bounced_complained_or_unsubscribed_by_a_provider_s_word_is_skipped_next_time(
    pages: psycopg.Connection[Any],
) -> None:
    provider = Provider(pages, 5)
    by_name = {each["name"]: each for each in REQUESTS["postmark"]}
    for seq, name in enumerate(("hard bounce", "complaint", "unsubscribed", "soft bounce without words"), 1):
        provider.tell("postmark", by_name[name], provider.mark(seq))
    while bounces.note(pages):
        pass
    desk = provider.desk
    audience = pages.execute(
        "select audience from mailing_mailing where id = %s", (provider.mailing,)
    ).fetchone()
    again = desk.begun(desk.release(desk.draft("Once more", to=audience[0]["list"])))
    rows = pages.execute(
        "select r.normal, p.text from delivery_recipient r join delivery_outcome o on o.mailing = r.mailing and o.seq = r.seq"
        " join delivery_reply p on p.id = o.reply where r.mailing = %s and r.package = 0 order by r.normal", (again,)
    ).fetchall()  # fmt: skip
    skipped = [(normal.partition("@")[0], why) for normal, why in rows]
    assert skipped == [("reader1", "hard_bounce"), ("reader2", "complaint"), ("reader3", "unsubscribed")]


LETTER = (
    b"From: News <news@example.org>\r\nTo: anna@example.org\r\nSubject: s\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n\r\nHello\r\n.\r\n"
)


@pytest.mark.parametrize("url", [*URLS, "anymail+scaleway://:k@?project_id=p"])
def test_a_message_bears_its_public_token(pages: psycopg.Connection[Any], url: str) -> None:
    """As its provider's API is sent it; Scaleway's tells nothing later, and is told nothing."""
    token = "7-1f-0123456789abcdef01234567"
    found = Api.from_url(url)
    parts = parts_of(Envelope(None, f"bounce+{token}@example.org".encode(), b"anna@example.org", LETTER))
    message = line._marked(line._message(parts), parts.mark, KNOWN[found.name].mark)
    backend = line.backend_of(found)
    payload = backend.build_message_payload(message, backend.send_defaults)
    told = str(payload.get_request_params(getattr(backend, "api_url", "")))
    assert (token in told) == (KNOWN[found.name].mark != "")
    assert (MARK in told) == (KNOWN[found.name].mark == "metadata")
