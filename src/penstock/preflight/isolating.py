"""Showing somebody's HTML without letting it do anything: no scripts, no forms, no frames, and nothing loaded from outside. Pure.

What a message holds is its author's, and contacts' data stands in it: a preview is opened by whoever approves it, in a browser
that is signed in elsewhere. So it is shown in a sandbox, an origin of its own, whose policy allows inline styles and nothing that
tells anybody that it was looked at; pictures of this installation are shown, others only when asked for.
"""

from __future__ import annotations

import re
from html import escape

_ALWAYS = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; form-action 'none'"
_SANDBOX = "sandbox allow-popups allow-popups-to-escape-sandbox"
"""Links may be tried: they open beside it, as they would from a mail program."""


_REACHING = re.compile(
    r"""<(?:link|meta(?!\s{1,9}name\s?=\s?["'](?:viewport|color-scheme|supported-color-schemes)["']\s{1,9}content\s?=\s?"[^"<>]{0,200}"\s{0,9}/?>))"""
    r"(?=[\s/>])",
    re.IGNORECASE,
)
"""Elements that make a browser connect, look names up or go elsewhere, which no policy forbids."""


def harmless(html: str) -> str:
    """Return a message's HTML without `link` (preconnect, dns-prefetch …) and `meta` (refresh …) but those about the size of the screen and colours.

    They become `basefont`, which may stand where they may, has no content either, and does nothing (HTML §13.2.6.4.4). Only names
    are replaced, wherever they stand: so nothing depends on reading the rest as browsers do.
    """
    return _REACHING.sub("<basefont", html)


def policy(base: str, *, pictures: bool) -> str:
    """Return the Content-Security-Policy of a page that shows a message. `base`: the public address, whose pictures are ours."""
    sources = "data: https: http:" if pictures else f"data: {base.rstrip('/')}/p/"
    return f"{_ALWAYS}; img-src {sources}"


def headers(base: str, *, pictures: bool) -> dict[str, str]:
    """Return the headers under which a message's HTML is answered as it is."""
    return {
        "Content-Security-Policy": f"{_SANDBOX}; {policy(base, pictures=pictures)}",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "X-DNS-Prefetch-Control": "off",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }


_DOCTYPE = re.compile(r"\s{0,99}(?:<!doctype[^<>]{0,300}>)?", re.IGNORECASE)


def framed(html: str) -> str:
    """Return a message's HTML for a frame within a page of ours: harmless, and its links open beside the page, not in the frame."""
    begun = _DOCTYPE.match(html)
    place = (
        begun.end() if begun else 0
    )  # behind the doctype, or browsers would take it for a page without one
    return f'{html[:place]}<base target="_blank">{harmless(html[place:])}'


def frame_headers(base: str, *, pictures: bool) -> dict[str, str]:
    """Return the headers under which `framed` HTML is answered: as `headers`, and nobody else's page may frame it."""
    told = headers(base, pictures=pictures)
    told["Content-Security-Policy"] += "; frame-ancestors 'self'"
    return told | {"X-Frame-Options": "SAMEORIGIN"}


def page(shown: list[tuple[str, str]], html: str, base: str, *, pictures: bool) -> str:
    """Return a whole page that needs no server: the lines `shown` (name and value) and the message in a frame of its own.

    The frame is a sandbox without scripts, and the page's policy holds in it too (CSP3 §4.2.3: srcdoc inherits).
    """
    lines = "\n".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in shown)
    return _PAGE.format(
        policy=escape(policy(base, pictures=pictures)), title=escape(dict(shown).get("Subject", "")), lines=lines,
        html=escape(f'<base target="_blank">{harmless(html)}'),
    )  # fmt: skip


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta http-equiv="x-dns-prefetch-control" content="off">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>
body {{ margin: 0; font: 14px/1.5 system-ui, sans-serif; display: flex; flex-direction: column; height: 100vh }}
dl {{ margin: 0; padding: 12px 16px; display: grid; grid-template-columns: max-content 1fr; gap: 2px 12px; border-bottom: 1px solid #ccc }}
dt {{ color: #666 }}
dd {{ margin: 0; overflow-wrap: anywhere }}
iframe {{ flex: 1; border: 0; background: #fff }}
</style>
</head>
<body>
<dl>
{lines}
</dl>
<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" referrerpolicy="no-referrer" title="The message" srcdoc="{html}"></iframe>
</body>
</html>
"""
