"""Server URLs: what they mean, what is wrong with them, and what never shows."""

import dataclasses

import pytest

from penstock.transport.smtp.server import Server, ServerURLError


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://127.0.0.1:2525", ("127.0.0.1", 2525, "opportunistic", "")),
        ("smtp://mx.example", ("mx.example", 25, "opportunistic", "")),
        ("smtp://me@mx.example", ("mx.example", 587, "starttls", "me")),
        ("smtps://me@mx.example", ("mx.example", 465, "implicit", "me")),
        ("smtp://me@localhost:2525", ("localhost", 2525, "opportunistic", "me")),
        ("smtp://[::1]:2525?tls=none", ("::1", 2525, "none", "")),
        ("smtp://mail_out.my-net.example.", ("mail_out.my-net.example.", 25, "opportunistic", "")),
        ("smtp://mail.Bücher.example", ("mail.xn--bcher-kva.example", 25, "opportunistic", "")),
        ("smtp://[fe80::1%25eth0]", ("fe80::1%25eth0", 25, "opportunistic", "")),
        ("smtp://me%40here@mx.example/?tls=implicit", ("mx.example", 465, "implicit", "me@here")),
    ],
)
def test_a_url_means_this(url: str, expected: tuple[str, int, str, str]) -> None:
    server = Server.from_url(url)
    assert (server.host, server.port, server.tls, server.username) == expected


def test_options_and_a_password_with_special_characters() -> None:
    server = Server.from_url(
        "smtp://u:p%40%3A%2F@mx.example?auth=Plain&auth_clear=yes&verify=no&connections=3"
        "&messages_per_connection=50&helo=me.example&cafile=/etc/ca.pem"
    )
    assert server.password == "p@:/"
    assert (server.auth, server.auth_clear, server.verify) == ("PLAIN", True, False)
    assert (server.connections, server.messages_per_connection) == (3, 50)
    assert (server.helo, server.cafile) == ("me.example", "/etc/ca.pem")


@pytest.mark.parametrize(
    "url",
    [
        "smtp://u:secret@mx.example?auth=login&verify=no&connections=3",
        "smtps://u%40x:secret@[2001:db8::1]?cafile=/a+b.pem",
        "smtp://127.0.0.1:2525",
    ],
)
def test_the_url_without_the_password_makes_the_same_server(url: str) -> None:
    server = Server.from_url(url)
    assert "secret" not in server.url
    assert Server.from_url(server.url, server.password) == server


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("http://mx.example", "use smtp:// or smtps://"),
        ("mx.example", "use smtp:// or smtps://"),
        ("smtp://", "names no host"),
        ("smtp://mx.example:99999", "cannot be read"),
        ("smtp://x y", "'x y', which is no host; a name is made of letters"),
        ("smtp://[::1]%0d%0aX:25", "which is no host; write HOST"),
        ("smtp://[::1%0d%0aX]:25", "zone|cannot be read"),
        ("smtp://mx%0d%0aX", "a name is made of letters"),
        ("smtp://mx..example", "a name is made of letters"),
        ("smtp://mx\x00.example", "a name is made of letters"),
        ("smtp://300.1.2.3", "no IP address"),
        ("smtp://[mx.example]", "no IP address|cannot be read"),
        ("smtp://" + "a" * 64, "a name is made of letters"),
        ("smtp://b\N{SNOWMAN}r.example", "no international name"),
        ("smtp://127.0.0.1:0", "names port 0"),
        ("smtp://mx.example/path", "has a path"),
        ("smtp://mx.example?tsl=none", "unknown option 'tsl'; known are auth"),
        ("smtp://mx.example?tls=maybe", "tls='maybe'.*none, opportunistic, starttls, implicit"),
        ("smtp://mx.example?auth=kerberos", "plain, login, cram-md5, xoauth2"),
        ("smtp://mx.example?connections=0", "whole number"),
        ("smtp://mx.example?verify=perhaps", "yes or no"),
        ("smtps://mx.example?tls=none", "implicit TLS"),
        ("smtp://u:p%0D%0A@mx.example", "control character"),
        ("smtp://mx.example?helo=a%0D%0AMAIL", "control characters"),
    ],
)
def test_a_wrong_url_is_explained(url: str, complaint: str) -> None:
    with pytest.raises(ServerURLError, match=complaint):
        Server.from_url(url)


def test_the_password_shows_nowhere() -> None:
    server = Server.from_url("smtp://u:geheim@mx.example")
    assert "geheim" not in f"{server!r} {server} {server.url}"
    assert dataclasses.replace(server, port=1).password == "geheim"


def test_an_ipv6_address_stands_in_brackets() -> None:
    assert str(Server.from_url("smtp://[2001:db8::1]:2525")) == "[2001:db8::1]:2525"
