"""Signed webhooks over real sockets: what a receiver gets, what becomes of one that fails, and where they never go."""

import asyncio
import os
import signal
import socket
import ssl
import threading
import time
from base64 import b64decode
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from penstock.account.secrets import decrypt
from penstock.mailing import control, journal
from penstock.notices import calling, deliveries, delivering, watching, webhooks
from penstock.notices.signing import signature
from penstock.platform import jobs
from tests.integration.delivery.stage import eventually
from tests.integration.notices.stage import ROOT, Receiver, process, receiver, submitted, team, told
from tests.integration.transport.certificates import Authority

ADDRESS = "https://example.org/hook"


def add(conn: psycopg.Connection[Any], url: str, **more: Any) -> tuple[int, str]:
    made, secret = webhooks.create(conn, 1, url=url, actor=ROOT, **more)
    return made.id, secret


def work(conn: psycopg.Connection[Any]) -> None:
    """One turn of the loop, and the jobs that it queued."""
    watching.turn(conn)
    asyncio.run(jobs.work(wait=False))


def again(conn: psycopg.Connection[Any]) -> None:
    """Time passes until everything that waits is due; then `work`."""
    conn.execute("update notices_delivery set due_at = now() where state = 'waiting'")
    conn.execute("update notices_webhook set rest_until = null")
    work(conn)


def rows(conn: psycopg.Connection[Any], table: str) -> list[dict[str, Any]]:
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(f"select * from {table} order by 1").fetchall()


def test_what_a_receiver_gets(conn: psycopg.Connection, hook: Receiver) -> None:
    who = team(conn)
    number, secret = add(conn, hook.url)
    mailing = submitted(conn, who["author"])
    control.command(conn, mailing, "cancel", who["approver"], reason="nö", confirm=True)
    work(conn)
    assert [event["type"] for event in hook.events()] == ["mailing.to_approve", "mailing.finished"]
    headers, body = hook.heard[1]
    assert headers["webhook-signature"] == signature(
        secret, headers["webhook-id"], int(headers["webhook-timestamp"]), body
    )
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    assert headers["webhook-id"].startswith("msg_")
    assert "." not in headers["webhook-id"]
    assert headers["content-type"] == "application/json"
    event = hook.events()[1]
    assert event["data"]["mailing"] == {
        "id": mailing,
        "name": "Spring news",
        "state": "cancelled",
        "revision": 1,
    }
    assert event["data"]["reason"]["text"] == "nö"
    log = deliveries.listed(conn, 1, webhook=number)
    assert [(each.state, each.attempts, each.status) for each in log] == [("delivered", 1, 200)] * 2
    assert log[0].message == headers["webhook-id"]
    (attempt,) = deliveries.attempts(conn, 1, log[0].id)
    assert (attempt.status, attempt.response, attempt.error) == (200, "thank you", "")


def test_a_receiver_is_told_only_what_it_listens_to(conn: psycopg.Connection, hook: Receiver) -> None:
    who = team(conn)
    add(conn, hook.url, events=["mailing.finished"])
    control.command(
        conn, submitted(conn, who["author"]), "cancel", who["approver"], reason="no", confirm=True
    )
    work(conn)
    assert [event["type"] for event in hook.events()] == ["mailing.finished"]


def test_another_account_hears_nothing(conn: psycopg.Connection, hook: Receiver) -> None:
    who = team(conn)
    conn.execute(
        "insert into account_account (id, name, zone, policy, created_at) values (2, 'other', 'UTC', '{}', now())"
    )
    made, _ = webhooks.create(conn, 2, url=hook.url, actor=ROOT)
    submitted(conn, who["author"])
    work(conn)
    assert hook.heard == []
    for call in (
        lambda: webhooks.find(conn, 1, made.id),
        lambda: webhooks.change(conn, 1, made.id, enabled=False, actor=ROOT),
        lambda: webhooks.rotate_secret(conn, 1, made.id, actor=ROOT),
        lambda: webhooks.delete(conn, 1, made.id, actor=ROOT),
        lambda: deliveries.test(conn, 1, made.id, actor=ROOT),
    ):
        with pytest.raises(webhooks.UnknownWebhook):
            call()
    trial = deliveries.test(conn, 2, made.id, actor=ROOT)
    for ask in (deliveries.find, deliveries.attempts):
        with pytest.raises(deliveries.UnknownDelivery):
            ask(conn, 1, trial.id)
    assert deliveries.listed(conn, 1) == []


def test_secrets_are_shown_once_and_encrypted_at_rest(conn: psycopg.Connection, hook: Receiver) -> None:
    number, first = add(conn, hook.url)
    changed, second = webhooks.rotate_secret(conn, 1, number, actor=ROOT)
    (row,) = rows(conn, "notices_webhook")
    stored = bytes(row["secret"])
    assert decrypt(stored) == second != first
    for secret in (first, second):
        assert secret.encode() not in stored
        assert b64decode(secret[6:]) not in stored
        assert secret not in str(journal_lines(conn))
    assert changed.previous_until is not None
    deliveries.test(conn, 1, number, actor=ROOT)
    work(conn)
    ((headers, body),) = hook.heard
    stamp, message = int(headers["webhook-timestamp"]), headers["webhook-id"]
    expected = [signature(key, message, stamp, body) for key in (second, first)]
    assert headers["webhook-signature"].split() == expected
    conn.execute("update notices_webhook set previous_until = now()")
    deliveries.test(conn, 1, number, actor=ROOT)
    work(conn)
    assert len(hook.heard[1][0]["webhook-signature"].split()) == 1


def journal_lines(conn: psycopg.Connection[Any]) -> list[dict[str, Any]]:
    return [row for row in rows(conn, "mailing_entry") if row["mailing_id"] is None]


def test_everything_done_to_webhooks_is_journalled(conn: psycopg.Connection, hook: Receiver) -> None:
    number, _ = add(conn, hook.url)
    webhooks.change(conn, 1, number, description="ours", actor=ROOT)
    webhooks.change(conn, 1, number, description="ours", actor=ROOT)
    webhooks.rotate_secret(conn, 1, number, actor=ROOT)
    trial = deliveries.test(conn, 1, number, actor=ROOT)
    work(conn)
    deliveries.redeliver(conn, 1, trial.id, actor=ROOT)
    webhooks.delete(conn, 1, number, actor=ROOT)
    assert [line["command"] for line in journal_lines(conn)] == [
        "create_webhook", "change_webhook", "rotate_webhook_secret", "test_webhook", "redeliver", "delete_webhook",
    ]  # fmt: skip
    assert journal.verify(conn) == []
    assert rows(conn, "notices_delivery") == rows(conn, "notices_attempt") == []


def test_a_failing_receiver_is_tried_again_and_given_up_after_a_day(
    conn: psycopg.Connection, hook: Receiver
) -> None:
    who = team(conn)
    hook.status, hook.body = 503, b"\x1b[31mbusy\r\nX: y"
    number, _ = add(conn, hook.url)
    submitted(conn, who["author"])
    work(conn)
    (row,) = rows(conn, "notices_delivery")
    assert (row["state"], row["attempts"]) == ("waiting", 1)
    conn.execute("update notices_delivery set due_at = due_at + interval '1 h'")  # its 5 s may be over by now
    work(conn)
    assert len(hook.heard) == 1, "nothing before its time"
    for _ in range(7):
        again(conn)
    assert len({headers["webhook-id"] for headers, _ in hook.heard}) == 1
    assert len({body for _, body in hook.heard}) == 1
    assert len(hook.heard) == 8
    (found,) = deliveries.listed(conn, 1)
    assert (found.state, found.status, found.error) == ("failed", 503, "answered 503")
    assert deliveries.attempts(conn, 1, found.id)[0].response == "[31mbusy X: y"
    hurt = webhooks.find(conn, 1, number)
    assert not hurt.enabled
    assert "answered 503" in hurt.disabled_why
    watching.turn(conn)
    assert told(conn)[-1] == ("webhook.disabled", ["first"])
    again(conn)
    assert len(hook.heard) == 8

    with pytest.raises(deliveries.NotNow, match="enable it first"):
        deliveries.redeliver(conn, 1, found.id, actor=ROOT)
    hook.status = 204
    webhooks.change(conn, 1, number, enabled=True, actor=ROOT)
    deliveries.redeliver(conn, 1, found.id, actor=ROOT)
    with pytest.raises(deliveries.NotNow, match="waits"):
        deliveries.redeliver(conn, 1, found.id, actor=ROOT)
    work(conn)
    assert deliveries.find(conn, 1, found.id).state == "delivered"
    assert webhooks.find(conn, 1, number).failures == 0


def test_one_success_in_between_and_it_is_not_disabled(conn: psycopg.Connection, hook: Receiver) -> None:
    hook.status = 500
    number, _ = add(conn, hook.url)
    deliveries.test(conn, 1, number, actor=ROOT)
    work(conn)
    for _ in range(6):
        again(conn)
    hook.status = 200
    conn.execute("update notices_delivery set due_at = now() + interval '1 h'")
    deliveries.test(conn, 1, number, actor=ROOT)
    work(conn)
    hook.status = 500
    again(conn)
    assert [each.state for each in deliveries.listed(conn, 1)] == ["delivered", "failed"]
    assert webhooks.find(conn, 1, number).enabled


def test_one_that_is_gone_is_disabled_at_once(conn: psycopg.Connection, hook: Receiver) -> None:
    hook.status = 410
    number, _ = add(conn, hook.url)
    deliveries.test(conn, 1, number, actor=ROOT)
    work(conn)
    assert "410" in webhooks.find(conn, 1, number).disabled_why
    with pytest.raises(deliveries.NotNow):
        deliveries.test(conn, 1, number, actor=ROOT)


def test_retry_after_is_heeded(conn: psycopg.Connection, hook: Receiver) -> None:
    hook.status, hook.headers = 429, {"Retry-After": "600"}
    number, _ = add(conn, hook.url)
    deliveries.test(conn, 1, number, actor=ROOT)
    work(conn)
    assert conn.execute("select due_at > now() + interval '590 s' from notices_delivery").fetchone() == (
        True,
    )


def test_a_redirect_is_not_followed(conn: psycopg.Connection, hook: Receiver) -> None:
    with receiver() as inside:
        hook.status, hook.headers = 307, {"Location": inside.url}
        add(conn, hook.url)
        deliveries.test(conn, 1, 1, actor=ROOT)
        work(conn)
        assert inside.heard == []
    (found,) = deliveries.listed(conn, 1)
    assert found.status == 307
    assert "not followed" in (found.error or "")


def test_one_that_fails_is_left_alone_with_its_other_deliveries(
    conn: psycopg.Connection, hook: Receiver
) -> None:
    hook.status = 500
    number, _ = add(conn, hook.url)
    for _ in range(3):
        deliveries.test(conn, 1, number, actor=ROOT)
    work(conn)
    assert len(hook.heard) == 1
    hook.status = 200
    again(conn)
    assert [each.state for each in deliveries.listed(conn, 1)] == ["delivered"] * 3


# -- where they never go -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["http://example.org/", "https://127.0.0.1/", "https://[::1]/", "https://u:p@example.org/"]
)
def test_an_address_that_may_not_be_is_refused(conn: psycopg.Connection, url: str) -> None:
    with pytest.raises(webhooks.WebhookError) as raised:
        add(conn, url)
    assert raised.value.field == "url"


def test_what_else_is_refused(conn: psycopg.Connection) -> None:
    with pytest.raises(webhooks.WebhookError, match=r"There is no event mailing[.]opened"):
        add(conn, ADDRESS, events=["mailing.opened"])
    with pytest.raises(webhooks.WebhookError, match="500 characters"):
        add(conn, ADDRESS, description="x" * 501)
    for n in range(webhooks.MOST):
        add(conn, f"{ADDRESS}/{n}")
    with pytest.raises(webhooks.WebhookError, match="which is the most"):
        add(conn, ADDRESS)


def test_a_name_that_leads_to_this_machine_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """`localhost` passes as a name; what it is looked up to does not."""
    monkeypatch.setattr(calling, "check", lambda url, private: url)
    with receiver() as inside:
        answered = calling.post(inside.url.replace("127.0.0.1", "localhost"), b"{}", {})
        assert answered.status is None
        assert "private network" in answered.error
        assert inside.heard == []


def test_a_name_whose_answer_changes_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: judged as public, then leading inside. There is one look-up, and its answer is what is called."""
    asked: list[str] = []
    connected: list[str] = []

    async def look_up(self: Any, host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        public = len(asked) == 1
        return [
            (
                socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                ("203.0.113.9" if not public else "93.184.215.14", port),
            )
        ]

    async def connect(self: Any, host: str, port: int, **_: Any) -> Any:
        connected.append(host)
        raise OSError("not from a test")

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", look_up)
    import httpcore

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect, raising=True)
    monkeypatch.setattr("httpcore._backends.auto.AutoBackend.connect_tcp", connect)
    answered = calling.post("https://rebound.example.org/hook", b"{}", {})
    assert answered.status is None
    assert asked == ["rebound.example.org"]
    assert connected == ["93.184.215.14"]


def test_the_environment_s_proxy_is_not_asked(
    private: None, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiver(status=502) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert calling.post(hook.url, b"{}", {}).success
        assert proxy.heard == []


@pytest.mark.parametrize(("certified", "works"), [("hook.example.org", True), ("other.example.org", False)])
def test_over_tls_the_name_is_checked_although_an_address_is_called(
    private: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, certified: str, works: bool
) -> None:
    authority = Authority(tmp_path)

    async def look_up(self: Any, host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", look_up)
    monkeypatch.setattr(
        calling, "_authorities", lambda: ssl.create_default_context(cafile=str(authority.file))
    )
    with receiver(tls=authority.server(certified)) as it:
        port = it.url.rpartition(":")[2].partition("/")[0]
        answered = calling.post(f"https://hook.example.org:{port}/hook?a=b", b"{}", {})
        assert answered.success is works, answered.error
        if works:
            assert it.heard[0][0]["host"] == f"hook.example.org:{port}"
        else:
            assert "certificate" in answered.error.lower()


# -- receivers that misbehave --------------------------------------------------------------------------------


def drip(pieces: list[bytes], pause: float, stop: threading.Event) -> tuple[int, threading.Thread]:
    """A server that answers piece by piece, for as long as it is let."""
    listening = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        with listening, listening.accept()[0] as peer:
            peer.recv(65536)
            try:
                for piece in pieces:
                    peer.sendall(piece)
                    if stop.wait(pause):
                        return
                stop.wait(30)
            except OSError:
                return

    thread = threading.Thread(target=talk)
    thread.start()
    return listening.getsockname()[1], thread


@pytest.mark.parametrize(
    ("pieces", "status"),
    [
        pytest.param([], None, id="silence"),
        pytest.param([b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"], None, id="headers-only"),
        pytest.param([b"HTTP/1.1 200 OK\r\nX: "] + [b"x"] * 200, None, id="dripping-headers"),
        pytest.param([b"nonsense\r\n\r\n"], None, id="not-http"),
    ],
)
def test_a_slow_or_senseless_answer_ends_in_time(
    private: None, pieces: list[bytes], status: int | None
) -> None:
    stop = threading.Event()
    port, thread = drip(pieces, 0.05, stop)
    begun = time.monotonic()
    try:
        answered = calling.post(f"http://127.0.0.1:{port}/", b"{}", {}, seconds=0.5)
    finally:
        stop.set()
        thread.join()
    assert time.monotonic() - begun < 5
    assert answered.status is status
    assert answered.error


def test_an_endless_answer_is_cut_off(private: None) -> None:
    stop = threading.Event()
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    port, thread = drip([head] + [b"1000\r\n" + b"x" * 4096 + b"\r\n"] * 10_000, 0.0, stop)
    try:
        answered = calling.post(f"http://127.0.0.1:{port}/", b"{}", {}, seconds=10)
    finally:
        stop.set()
        thread.join()
    assert answered.success
    assert len(answered.response) <= calling.KEPT


def test_a_port_where_nobody_listens_says_so(private: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    answered = calling.post(f"http://127.0.0.1:{port}/", b"{}", {})
    assert answered.status is None
    assert "ConnectError" in answered.error


# -- processes that die --------------------------------------------------------------------------------------

_DYING = """
import os, signal
from penstock.notices import delivering
from penstock.platform import database
note = delivering._note
delivering._note = lambda *a: os.kill(os.getpid(), signal.SIGKILL)
with database.connect() as conn:
    delivering.deliver(conn, int(input()))
"""


def test_a_delivery_whose_process_died_is_made_again_under_the_same_id(
    conn: psycopg.Connection, hook: Receiver
) -> None:
    number, _ = add(conn, hook.url)
    deliveries.test(conn, 1, number, actor=ROOT)
    watching.turn(conn)
    with process(_DYING) as child:
        child.communicate(f"{number}\n", timeout=30)
        assert child.returncode == -signal.SIGKILL
    assert len(hook.heard) == 1
    work(conn)
    assert len({headers["webhook-id"] for headers, _ in hook.heard}) == 1
    assert len(hook.heard) == 2
    assert [each.state for each in deliveries.listed(conn, 1)] == ["delivered"]


def test_a_lost_job_is_queued_again(conn: psycopg.Connection, hook: Receiver) -> None:
    number, _ = add(conn, hook.url)
    deliveries.test(conn, 1, number, actor=ROOT)
    watching.turn(conn)
    conn.execute("delete from procrastinate_jobs")
    watching.turn(conn)
    assert conn.execute("select count(*) from procrastinate_jobs").fetchone() == (0,)
    conn.execute("update notices_webhook set queued_until = now()")
    work(conn)
    assert len(hook.heard) == 1
    assert delivering.deliver(conn, number) == 0


def test_the_worker_delivers_by_itself(conn: psycopg.Connection, hook: Receiver) -> None:
    """The whole way, from a command to a receiver, through the process that `penstock worker` runs."""
    who = team(conn)
    add(conn, hook.url)
    with process("from penstock.platform.background import main; main()") as child:
        submitted(conn, who["author"])
        eventually(lambda: hook.heard)
        os.kill(child.pid, signal.SIGTERM)
        assert child.wait(20) == 0


def test_what_is_old_is_forgotten(conn: psycopg.Connection, hook: Receiver) -> None:
    from penstock.notices.jobs import forget_notices

    who = team(conn)
    number, _ = add(conn, hook.url)
    submitted(conn, who["author"])
    deliveries.test(conn, 1, number, actor=ROOT)
    work(conn)
    conn.execute(
        "update notices_delivery set settled_at = now() - interval '31 days' where kind <> 'webhook.test'"
    )
    forget_notices(timestamp=0)
    assert [each.kind for each in deliveries.listed(conn, 1)] == ["webhook.test"]
    assert len(told(conn)) == 1
    conn.execute("update notices_notice set at = now() - interval '401 days'")
    forget_notices(timestamp=0)
    assert told(conn) == []
