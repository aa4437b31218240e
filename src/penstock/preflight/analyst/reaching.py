"""Where the links of a message lead, tried over the network: only when somebody asks, and never into private networks.

A message could otherwise make this machine look at what only it can reach. Each name is looked up once, the address judged, and that
very address is asked (notices.calling); a redirect is another link, judged anew. HEAD first, which costs the other side little; what
refuses it is asked by GET.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import httpx

from penstock.notices import calling
from penstock.notices.address import AddressRefused, judge
from penstock.preflight.analyst.findings import NOTE, WARNING, Finding

MOST: Final = 100
"""Links of one message that are tried."""
AT_ONCE: Final = 8
SECONDS: Final = 10.0
"""For one link, its redirects included."""
ALL_SECONDS: Final = 90.0
"""For all of them."""
HOPS: Final = 5
"""Redirects of one link that are followed."""
UNSURE: Final = frozenset({401, 402, 403, 405, 406, 407, 408, 418, 425, 429, 451, 503, 999})
"""Statuses that tell programs to go away, and say little about what a reader will see."""


@dataclass(frozen=True)
class Tried:
    """What became of a link: `status` is the last answer's; None where there was none, and `why` says it."""

    url: str
    status: int | None
    why: str = ""
    private: bool = False


def look(urls: Iterable[str], place: str) -> Iterator[Finding]:
    """Try the web addresses and yield what readers would stumble over."""
    wanted = list(dict.fromkeys(url for url in urls if url.lower().startswith(("http://", "https://"))))
    for tried in asyncio.run(try_all(wanted[:MOST])):
        if (found := _finding(tried, place)) is not None:
            yield found
    if len(wanted) > MOST:
        text = f"{len(wanted) - MOST} links were not tried: {MOST} are at most"
        yield Finding(NOTE, "links_untried", place, text, "Open them yourself.")


async def try_all(urls: list[str], *, private: bool = False) -> list[Tried]:
    """Try all, some at a time; those that the time does not suffice for have no answer. `private`: for tests of this itself."""
    slots = asyncio.Semaphore(AT_ONCE)
    until = asyncio.get_running_loop().time() + ALL_SECONDS

    async def one(url: str) -> Tried:
        async with slots:
            try:
                async with asyncio.timeout(min(SECONDS, max(0.0, until - asyncio.get_running_loop().time()))):
                    return await _follow(url, private)
            except TimeoutError:
                return Tried(url, None, "no answer in time")

    return await asyncio.gather(*map(one, urls))


async def _follow(url: str, private: bool) -> Tried:
    here = url
    for _ in range(HOPS + 1):
        try:
            target = httpx.URL(here)
            address = judge(target.host, await calling.look_up(target), private=private)
            response = await _ask(target, address)
        except AddressRefused:
            led = "" if here == url else f", by a redirect to {here[:100]}"
            return Tried(
                url, None, f"leads into a private network{led}, where readers cannot follow", private=True
            )
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            return Tried(url, None, f"gives no answer ({type(error).__name__}: {error})".replace(": )", ")"))
        if not response.is_redirect or "location" not in response.headers:
            return Tried(url, response.status_code)
        here = str(target.join(response.headers["location"]))
        if not here.lower().startswith(("http://", "https://")):
            return Tried(url, response.status_code)  # into an app
    return Tried(url, None, f"redirects more than {HOPS} times")


async def _ask(target: httpx.URL, address: str) -> httpx.Response:
    try:
        response, _ = await calling.exchange("HEAD", target, address)
        if response.status_code < 400:
            return response
    except httpx.HTTPError:
        pass  # some servers drop the connection on HEAD
    response, _ = await calling.exchange("GET", target, address)
    return response


def _finding(tried: Tried, place: str) -> Finding | None:
    shown = repr(tried.url[:100])
    if tried.private:
        return Finding(
            WARNING, "link_private", place, f"{shown} {tried.why}", "Link to an address of the open internet."
        )
    if tried.status is None:
        return Finding(
            WARNING,
            "link_unreachable",
            place,
            f"{shown} {tried.why}",
            "Open it yourself; correct it if it fails.",
        )
    if tried.status < 400:
        return None
    if tried.status in UNSURE:
        text = f"{shown} answers {tried.status} to a program"
        return Finding(
            NOTE, "link_unsure", place, text, "Open it yourself: readers may be answered otherwise."
        )
    return Finding(
        WARNING, "link_broken", place, f"{shown} answers {tried.status}", "Correct it, or mend the page."
    )
