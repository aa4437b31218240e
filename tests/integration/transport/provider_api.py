"""A stand-in for a provider's API on this machine: it takes what Postmark takes, or says what a test wants."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Api:
    """What was asked, and what is answered: `status` and `headers`, or nothing (`silent`), or a lost connection (`lost`)."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.heads: list[dict[str, str]] = []
        self.status = 200
        self.answer: dict[str, Any] | None = None
        self.headers: dict[str, str] = {}
        self.lost = False
        self.delay = 0.0
        self.bad_after: int | None = None  # requests that are answered well before `status` holds
        self.most = self.now = 0
        self._lock = threading.Lock()
        self.port = 0

    @property
    def url(self) -> str:
        return f"anymail+postmark://:hush-token@127.0.0.1:{self.port}"

    def take(self, body: dict[str, Any], head: dict[str, str]) -> tuple[int, dict[str, Any]]:
        with self._lock:
            self.asked.append(body)
            self.heads.append(head)
            number = len(self.asked)
        well = self.bad_after is not None and number <= self.bad_after
        if self.status == 200 or well:
            return 200, self.answer or {
                "To": body["To"], "ErrorCode": 0, "Message": "OK", "MessageID": f"id-{number}", "SubmittedAt": "",
            }  # fmt: skip
        return self.status, self.answer or {
            "ErrorCode": 10,
            "Message": f"no, and your key is {head['token']}",
        }


@contextmanager
def provider_api() -> Iterator[Api]:
    """Serve an Api."""
    api = Api()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            ok = self.headers.get("X-Postmark-Server-Token") == "hush-token"
            self._say(200 if ok else 401, {"Name": "server"})

        def do_POST(self) -> None:
            with api._lock:
                api.now += 1
                api.most = max(api.most, api.now)
            try:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                head = {"token": self.headers.get("X-Postmark-Server-Token", ""), "path": self.path}
                time.sleep(api.delay)
                answer = api.take(body, head)
                if api.lost:
                    self.close_connection = True
                    self.connection.close()
                    return
                self._say(*answer)
            finally:
                with api._lock:
                    api.now -= 1

        def _say(self, status: int, document: dict[str, Any]) -> None:
            data = json.dumps(document).encode()
            self.send_response(status)
            for name, value in api.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: Any) -> None:
            """A client that goes is no news."""

    server = Quiet(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
