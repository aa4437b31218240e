"""A provider's URL, read and written."""

import pytest

from penstock.account.transport_url import join, same_keeper, split
from penstock.transport.provider.known import KNOWN
from penstock.transport.provider.provider import Provider
from penstock.transport.smtp.server import Server, ServerURLError
from penstock.transport.terms import terms


def test_what_it_says_is_what_anymail_gets() -> None:
    found = terms("anymail+mailgun://:k%2Fey@?sender_domain=mg.example.org&region=eu&connections=3")
    assert isinstance(found, Provider)
    assert found.settings == {
        "api_key": "k/ey", "sender_domain": "mg.example.org", "api_url": "https://api.eu.mailgun.net/v3",
    }  # fmt: skip
    assert (found.connections, found.loopback, str(found)) == (3, False, "Mailgun's API")
    assert "k/ey" not in repr(found)


def test_user_and_secret_and_a_host_of_ones_own() -> None:
    mailjet = Provider.from_url("anymail+mailjet://public:secret@")
    assert mailjet.settings == {"api_key": "public", "secret_key": "secret"}
    postal = Provider.from_url("anymail+postal://:key@postal.example.org")
    assert postal.settings == {"api_key": "key", "api_url": "https://postal.example.org"}
    here = Provider.from_url("anymail+unisender-go://:key@127.0.0.1:8080")
    assert here.settings["api_url"].startswith("http://127.0.0.1:8080/")
    assert here.loopback


@pytest.mark.parametrize(
    "url",
    [
        "anymail+postmark://:key@?message_stream=broadcast",
        "anymail+mailjet://public:secret@?connections=2",
        "anymail+unisender-go://:key@example.org:444",
        "anymail+scaleway://:key@?project_id=p&region=nl-ams",
        "anymail+postmark://:key@127.0.0.1:99",
    ],
)
def test_it_can_be_written_again(url: str) -> None:
    bare, password = split(url)
    assert password
    assert password not in bare.replace("key", "", 0) or password == "key"
    found = Provider.from_url(bare, password)
    assert Provider.from_url(found.url, found.password) == found
    assert terms(join(bare, password)) == found


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("anymail+nobody://:key@", "there is no provider 'nobody'; known are brevo"),
        ("anymail+postmark://:key@api.evil.example", "leave the host out"),
        ("anymail+postal://:key@", "name the host"),
        ("anymail+mailjet://:secret@", "wants api_key and secret_key"),
        ("anymail+scaleway://:key@", "wants the option project_id"),
        ("anymail+postmark://:key@?stream=x", "unknown option 'stream'"),
        ("anymail+mailgun://:key@?region=mars", "has the regions eu"),
        ("anymail+postmark://:key@?connections=0", "from 1 to 100"),
        ("anymail+postmark://:k%0aey@", "control character"),
        ("anymail+postmark://:key@/path", "has a path"),
    ],
)
def test_what_cannot_be_says_why(url: str, words: str) -> None:
    with pytest.raises(ServerURLError, match=words):
        terms(url)


def test_a_key_stays_with_its_provider() -> None:
    url = "anymail+postmark://@?message_stream=a"
    assert same_keeper(url, "anymail+postmark://@?message_stream=b")
    assert not same_keeper(url, "anymail+brevo://@")
    assert not same_keeper(url, "anymail+postmark://127.0.0.1")
    assert not same_keeper(url, "smtp://mail.example.org")


def test_a_server_is_a_server() -> None:
    assert isinstance(terms("smtp://mail.example.org"), Server)


@pytest.mark.parametrize("name", KNOWN)
def test_anymail_has_a_backend_that_takes_these_settings(name: str) -> None:
    from penstock.transport.provider.line import backend_of

    api = KNOWN[name]
    options = "&".join(f"{option}=x" for option in api.options)
    host = "" if api.home else "postal.example.org"
    backend = backend_of(Provider.from_url(f"anymail+{name.replace('_', '-')}://user:key@{host}?{options}"))
    assert getattr(backend, api.secret) == "key" if api.secret != "secret_key" else backend.api_url
    assert backend.api_url.startswith("https://")
