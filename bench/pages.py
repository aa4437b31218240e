"""How long the pages of the control room take: server time of each address with 10,000 mailings and 1,000,000 contacts behind it.

usage: python -m bench.pages [--mailings 10000] [--contacts 1000000] [--times 20] [--only /mailings]

The account is one of the browser tests, with a crowd around it: mailings in all states with journals, ledgers and notices, and one of
a million recipients under way. Every address that the resolver knows is asked for, filters, searches and further pages as the pages
themselves link to them, by one client over a connection that stays open; the time runs until the last byte of the answer. On a busy machine
the column `cpu` tells more: what web process and database used for one answer, whoever else had the cores meanwhile.
"""

import argparse
import html
import re
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import psutil

from bench import results
from bench.boards import signed_in, web
from bench.home import Home

TARGET_MS = 150.0
BESIDE = {"room:edit-count": 1000.0}
"""What a page asks for when it is there already, and shows when it comes: a whole audience is counted exactly. Milliseconds."""
_LINK = re.compile(r'href="(/[^"#]*\?[^"#]*)"')
_FORM = re.compile(r'<form[^>]*method="get"[^>]*action="([^"]*)"[^>]*>(.*?)</form>|<form[^>]*action="([^"]*)"[^>]*method="get"[^>]*>(.*?)</form>', re.S | re.I)  # fmt: skip
_FIELD = re.compile(r'<input[^>]*type="(?:search|text)"[^>]*name="([^"]+)"|<input[^>]*name="([^"]+)"[^>]*type="(?:search|text)"', re.I)  # fmt: skip
WORDS = ("reader7", "crowd77777@example.com")
"""What is searched for: something that many have, and something that one has."""


def variants(page: str, path: str) -> list[str]:
    """The same page with other questions, as it leads to them: one for each set of names in the question, and its searches."""
    found: dict[tuple[str, ...], str] = {}
    for link in map(html.unescape, _LINK.findall(page)):
        url = urlsplit(link)
        if url.path == path.partition("?")[0]:
            found.setdefault(tuple(sorted(dict(parse_qsl(url.query)))), link)
    for one, body, other, more in _FORM.findall(page):
        target = html.unescape(one or other or path)
        for left, right in _FIELD.findall(body or more):
            for number, word in enumerate(WORDS):
                if target == path.partition("?")[0]:
                    found["search", left or right, str(number)] = f"{target}?{left or right}={word}"
    return list(found.values())


def asked(client: httpx.Client, path: str) -> tuple[int, str, float, str]:
    """Ask once: the status, the kind, milliseconds to the last byte, the text. A stream of news is left after its beginning."""
    began = time.perf_counter()
    with client.stream("GET", path) as answer:
        kind = answer.headers.get("content-type", "").partition(";")[0]
        text = "" if kind == "text/event-stream" else answer.read().decode("utf-8", "replace")
    return answer.status_code, kind, (time.perf_counter() - began) * 1000, text


def timed(
    client: httpx.Client, name: str, path: str, times: int, serving: list[psutil.Process]
) -> dict[str, Any]:
    """Ask so many times; the first answer, which fills caches, is not counted. `cpu`: of web process and database, for each."""
    asked(client, path)
    before = cpu(serving)
    answers = [asked(client, path) for _ in range(times)]
    taken = [milliseconds for _, _, milliseconds, _ in answers]
    return {
        "address": name, "path": path, "median": statistics.median(taken),
        "p95": sorted(taken)[max(0, round(len(taken) * 0.95) - 1)], "cpu": (cpu(serving) - before) / times * 1000,
        "bytes": len(answers[0][3]),
    }  # fmt: skip


def cpu(processes: list[psutil.Process]) -> float:
    """Seconds of CPU that these and their children have used; those that ended are counted with their parents."""
    total = 0.0
    for each in [one for process in processes for one in (process, *process.children(recursive=True))]:
        try:
            times = each.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
        except psutil.Error:
            pass  # ended meanwhile
    return total


def prepared(home: Home, mailings: int, contacts: int) -> tuple[Any, Any]:
    """Furnish an account and put the crowd around it; returns the scene and the address of its administrator."""
    from tests.browser import crowd
    from tests.browser.desk import Desk
    from tests.browser.scene import furnish

    conn = home.connect()
    desk = Desk(conn, "smtp://127.0.0.1:1", name="Orchard and Sons")
    email = desk.person(name="Anna Lind", platform=True)
    scene = furnish(desk, Path(tempfile.mkdtemp(dir=home.path)))
    began = time.monotonic()
    crowd.gather(scene, mailings=mailings, contacts=contacts)
    everybody = scene.things["lists"][-1]
    scene.things["mailings"] = [*scene.mailings.values(), crowd.giant(scene, everybody)]
    scene.things["caught"] = ["none"]
    print(
        f"  {mailings:,} mailings and {contacts:,} contacts in {time.monotonic() - began:.0f} s", flush=True
    )
    return scene, email


def surveyed(client: httpx.Client, scene: Any, only: str) -> dict[str, str]:
    """The addresses to be timed, path by path with their names: what answers 200 without end, or with a page."""
    from tests.browser.survey import rooms

    found: dict[str, str] = {}
    for address in rooms():
        giants = str(scene.things["mailings"][-1])
        for path in _few(address, scene, giants):
            if path.startswith(only):
                status, kind, _, text = asked(client, path)
                if status == 200 and kind in ("text/html", "application/json"):
                    found[path] = address.name
                    for more in variants(text, path):
                        if asked(client, more)[:2] == (200, "text/html"):
                            found.setdefault(more, address.name)
    return found


def _few(address: Any, scene: Any, giant: str) -> list[str]:
    """Of an address with a mailing: the giant, and one in each of some states; of the others, what there is, at most three."""
    paths = list(address.filled(scene))
    if "mailings" in address.route and address.kinds:
        states = {str(scene.mailings[state]) for state in ("draft", "in_review", "sending", "sent")} | {giant}
        return [path for path in paths if states & set(path.split("/"))][:40]
    return paths[-3:]


def measure() -> None:
    """Measure, print, and keep the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mailings", type=int, default=10_000)
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--only", default="/", help="addresses that begin so")
    given = parser.parse_args()
    with Home() as home:
        scene, email = prepared(home, given.mailings, given.contacts)
        with web(home) as port:
            cookies = signed_in(scene.desk.conn, email, port)
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", cookies=cookies, timeout=120) as client:
                paths = surveyed(client, scene, given.only)
                serving = [home.postmaster(), *(psutil.Process(one.pid) for one in home.started)]
                rows = [timed(client, name, path, given.times, serving) for path, name in paths.items()]
        scene.desk.conn.close()
    rows.sort(key=lambda row: -row["p95"])
    results.table("milliseconds, the slowest first", ["address", "path", "median", "p95", "cpu", "bytes"],
                  [[row["address"], row["path"][:70], row["median"], row["p95"], row["cpu"], row["bytes"]] for row in rows[:60]])  # fmt: skip
    slow = [row for row in rows if row["p95"] > BESIDE.get(row["address"], TARGET_MS)]
    results.verdict(
        f"addresses of {len(rows)} slower than {TARGET_MS:.0f} ms (p95)", len(slow), "0", not slow
    )
    results.save("pages", {"options": vars(given), "pages": rows})


if __name__ == "__main__":
    results.main(measure)
