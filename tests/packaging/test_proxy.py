"""The configuration of nginx as the guide has it, before a real `penstock web`."""

import http.client
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.integration.delivery.stage import eventually
from tests.integration.transport.certificates import Authority

_PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "behind-a-proxy.md"
_NAME = "mail.example.org"


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture
def proxy(
    database: str, tmp_path: Path, needs: Callable[[str, str], str]
) -> Iterator[Callable[..., http.client.HTTPResponse]]:
    """`proxy("GET", "/healthz")` asks through nginx and TLS."""
    nginx = needs("nginx", "nginx-light")
    authority = Authority(tmp_path)
    authority.server(_NAME)
    tls, plain, web = _free(), _free(), _free()
    block = re.search(r"```nginx\n(.*?)```", _PAGE.read_text("utf-8"), re.DOTALL)
    assert block
    text = re.sub(r"^ *listen \[::\].*\n", "", block[1], flags=re.MULTILINE)
    text = text.replace("listen 443 ssl", f"listen 127.0.0.1:{tls} ssl").replace(
        "listen 80", f"listen 127.0.0.1:{plain}"
    )
    text = text.replace("127.0.0.1:8025", f"127.0.0.1:{web}")
    text = re.sub(r"/etc/letsencrypt/\S+\.pem", str(tmp_path / "server.pem"), text)
    folders = "\n".join(
        f"{kind}_temp_path {tmp_path}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log;\nevents {{}}\nhttp {{\naccess_log off;\n{folders}\n{text}}}\n"
    )
    environment = os.environ | {"PENSTOCK_BASE_URL": f"https://{_NAME}"}
    with ExitStack() as stack:
        penstock = [sys.executable, "-m", "penstock", "web", "--port", str(web)]
        for command in (
            penstock,
            [nginx, "-e", str(tmp_path / "error.log"), "-c", str(tmp_path / "nginx.conf")],
        ):
            child = stack.enter_context(subprocess.Popen(command, env=environment))
            stack.callback(child.send_signal, signal.SIGTERM)
        context = ssl.create_default_context(cafile=str(authority.file))

        def ask(
            method: str, path: str, body: bytes | None = None, **headers: str
        ) -> http.client.HTTPResponse:
            raw = socket.create_connection(("127.0.0.1", tls), 10)
            connection = http.client.HTTPConnection(_NAME)
            connection.sock = context.wrap_socket(raw, server_hostname=_NAME)
            connection.request(
                method, path, body, {name.replace("_", "-"): value for name, value in headers.items()}
            )
            answer = connection.getresponse()
            answer.text = answer.read().decode()  # type: ignore[attr-defined]
            connection.close()
            return answer

        def ready() -> bool:
            try:
                return ask("GET", "/readyz").status == 200
            except OSError:
                return False

        eventually(ready, 60)
        yield ask


def test_what_the_guide_promises(proxy: Callable[..., http.client.HTTPResponse]) -> None:
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    assert proxy("GET", "/healthz").status == 200
    assert proxy("POST", "/u/none", b"List-Unsubscribe=One-Click", **form).status == 404
    hidden = proxy("GET", "/metrics")
    assert hidden.status == 404
    assert "penstock_" not in hidden.text  # type: ignore[attr-defined]
    assert proxy("GET", "/").headers["Strict-Transport-Security"], "Penstock knows that it was asked over TLS"
    unknown = proxy("GET", "/api/v1/mailings")
    assert (unknown.status, unknown.headers["Content-Type"]) == (401, "application/problem+json")
    large = proxy("POST", "/api/v1/mailings", b"x" * (2 << 20), Content_Type="application/json")
    told = large.headers["Content-Type"]
    assert (large.status, told) == (413, "application/problem+json"), (
        "it is Penstock that refuses a stranger's two megabytes"
    )


def test_a_client_cannot_pass_for_this_machine(proxy: Callable[..., http.client.HTTPResponse]) -> None:
    """`//metrics` and the like are not /metrics for the proxy; Penstock itself wants a token then."""
    for path in ("/metrics?x", "/%6detrics", "/./metrics", "//metrics"):
        answer = proxy("GET", path, X_Forwarded_For="127.0.0.1")
        assert answer.status in (400, 401, 404), path
        assert "penstock_up" not in answer.text, path  # type: ignore[attr-defined]
