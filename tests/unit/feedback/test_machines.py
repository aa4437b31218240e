"""Machines are told from people by what they say of themselves; nothing that they can say breaks it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.feedback.tracking.machines import is_ahead, is_machine, kind_of

PEOPLE = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (Linux; Android 9; CUBOT_NOVA) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/127.0.0.0 Mobile Safari/537.36",
    "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; Microsoft Outlook 16.0.17726; ms-office; MSOffice 16)",
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.2.0",
    # These fetch a picture when the person opens the message.
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
]
MACHINES = [
    "", "   ", "Mozilla/5.0", "curl/8.5.0", "python-requests/2.32.3", "Go-http-client/2.0", "Barracuda Sentinel (EE)",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "LinkedInBot/1.0", "Slackbot-LinkExpanding 1.0",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", "facebookexternalhit/1.1", "WhatsApp/2.23.20.0",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/534+ (KHTML, like Gecko) BingPreview/1.0b", "W3C-checklink/5.0.0",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36",
]  # fmt: skip


@pytest.mark.parametrize("agent", PEOPLE)
def test_people(agent: str) -> None:
    assert not is_machine(agent)


@pytest.mark.parametrize("agent", MACHINES)
def test_machines(agent: str) -> None:
    assert is_machine(agent)


@pytest.mark.parametrize(
    "header",
    [
        (b"sec-purpose", b"prefetch;prerender"), (b"purpose", b"prefetch"), (b"x-purpose", b"preview"), (b"x-moz", b"Prefetch"),
    ],
)  # fmt: skip
def test_a_browser_that_fetches_ahead(header: tuple[bytes, bytes]) -> None:
    assert is_ahead([(b"accept", b"*/*"), header])
    assert not is_ahead([(b"accept", header[1])])


def test_what_it_is_called() -> None:
    assert [kind_of(kind, machine=machine) for kind in ("opened", "clicked") for machine in (False, True)] == [
        "opened", "prefetched", "clicked", "scanned",
    ]  # fmt: skip


@given(
    st.text(max_size=2_000), st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=200)), max_size=5)
)
def test_whatever_is_said(agent: str, headers: list[tuple[bytes, bytes]]) -> None:
    assert is_machine(agent) in (True, False)
    assert is_ahead(headers) in (True, False)
