"""Addresses of links, judged by their text: each kind of fault, and what must pass."""

import pytest

from penstock.preflight.analyst.addresses import fault

FIT = [
    "https://penstock.io/news?a=1&b=2#part", "https://shop.fr/caf%C3%A9", "https://shop.fr/café", "mailto:anna@penstock.io?subject=Hi%20there",
    "tel:+33123456789", "#top", "https://8.8.8.8/", "https://[2606:4700::1111]:8443/x", "webcal://penstock.io/cal.ics",
    " https://penstock.io/ ", "https://bücher.de/", "sms:+331234",
]  # fmt: skip

UNFIT = {
    "": "link_empty", "#": "link_empty", "  ": "link_empty", "www.penstock.io/x": "link_invalid", "penstock.io": "link_invalid",
    "/news": "link_invalid", "//penstock.io/x": "link_invalid", "news.html": "link_invalid",
    "https://penstock.io/a b": "link_invalid", "https:///x": "link_invalid", "http://https://penstock.io": "link_invalid",
    "https://a..b.io/": "link_invalid", "https://penstock.io:99999/": "link_invalid", "https://[::1/": "link_invalid",
    "https://user:secret@penstock.io/": "link_invalid", "mailto:nobody": "link_invalid",
    "javascript:alert(1)": "link_forbidden", "data:text/html,x": "link_forbidden", "file:///etc/passwd": "link_forbidden",
    "https://example.com/": "link_placeholder", "https://www.yourdomain.com/x": "link_placeholder", "[LINK]": "link_placeholder",
    "your-link": "link_placeholder", "https://penstock.io/INSERT_LINK": "link_placeholder",
    "http://localhost:8000/": "link_private", "https://intranet/x": "link_private", "http://192.168.0.3/": "link_private",
    "http://127.0.0.1/": "link_private", "http://[::ffff:10.0.0.1]/": "link_private", "https://files.corp/": "link_private",
    "https://penstock.io/" + "[" * 100_000: "link_invalid", "http://penstock.io/": "link_insecure", "https://bit.ly/x": "link_shortened",
}  # fmt: skip


@pytest.mark.parametrize("url", FIT)
def test_what_opens_passes(url: str) -> None:
    assert fault(url) is None


@pytest.mark.parametrize(("url", "code"), UNFIT.items())
def test_each_fault_is_told_with_its_cure(url: str, code: str) -> None:
    found = fault(url)
    assert found is not None
    assert found.code == code
    assert found.text
    assert found.cure.endswith(".")
