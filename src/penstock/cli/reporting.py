"""Reports on the screen, and as files."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import psycopg

from penstock.cli.choosing import any_mailing, chosen_account
from penstock.cli.endings import wrong
from penstock.cli.screen import document, line, number, table, tell, written
from penstock.feedback.orders.currency import exact
from penstock.platform import zipping
from penstock.report import comparison, export, links, reporting
from penstock.report.results import Rate, Result

MOST_LINKS = 10
_SHOWN = (
    ("opened", "opened"), ("clicked", "clicked"), ("clicked_of_opened", "clicked, of those who opened"), ("unsubscribed", "unsubscribed"),
    ("complained", "complained"), ("bounced", "bounced"), ("ordered", "ordered"),
)  # fmt: skip


def show(conn: psycopg.Connection[Any], mailing: int, json: bool) -> None:
    """Print the report of one mailing."""
    there = any_mailing(conn, mailing)
    found = reporting.report(conn, there.account, mailing)
    if json:
        document(found.figures())
        return
    result = found.result
    written(f"{result.id}  {line(result.name)}  ({result.state.replace('_', ' ')})\n")
    written("\n".join(f"{name:16}{value}" for name, value in _reached(result)))
    written(
        "\n" + table(("", "people", "share", "of", "times"), _answers(result), right="people share times")
    )
    if machines := _machines(result):
        tell(machines)
    for each in result.revenue:
        cancelled = f", {number(each.cancelled)} cancelled" if each.cancelled else ""
        orders = "1 order" if each.orders == 1 else f"{number(each.orders)} orders"
        written(f"{orders}, {exact(each.amount, each.currency):,f} {each.currency}{cancelled}")
    if followed := links.most_followed(conn, mailing, limit=MOST_LINKS):
        rows = [(each.no, number(each.people), number(each.clicks), each.url) for each in followed]
        written("\n" + table(("link", "people", "clicks", "leads to"), rows, right="link people clicks"))
        if len(followed) == MOST_LINKS and (more := links.count(conn, mailing) - MOST_LINKS) > 0:
            tell(f"{number(more)} more links: penstock mailing export {mailing}")


def _reached(result: Result) -> list[tuple[str, str]]:
    lost = [(f"  {state.replace('_', ' ')}", number(n)) for state, n in result.not_reached.items()]
    late = [("  of them late", number(result.late_bounces))] if result.late_bounces else []
    return [
        ("recipients", number(result.progress.recipients)),
        ("reached", f"{number(result.reached)}  {_share(result.rate('reached'))}"),
        ("not reached", number(sum(result.not_reached.values()))), *lost, *late,
    ]  # fmt: skip


def _answers(result: Result) -> Iterator[tuple[str, ...]]:
    for name, words in _SHOWN:
        rate = result.rate(name)
        answered = result.answers.get(name)
        times = number(answered.total) if answered else ""
        yield words, number(rate.part), _share(rate), f"{number(rate.whole)} {rate.of}", times


def _share(rate: Rate) -> str:
    return "–" if rate.percent is None else f"{rate.percent:.2f} %"


def _machines(result: Result) -> str:
    opens, clicks = result.answers["prefetched"].people, result.answers["scanned"].people
    if not opens and not clicks:
        return ""
    return f"Machines opened it for {number(opens)}, and followed links for {number(clicks)}; they are not counted above."


def compare(
    conn: psycopg.Connection[Any], account: str | None, mailings: list[int], chain: bool, json: bool
) -> None:
    """Print mailings beside each other. Raises Failure for too many, or one that there is not."""
    of = chosen_account(conn, account)
    try:
        found = (
            comparison.of_chain(conn, of, mailings[0]) if chain else comparison.compare(conn, of, mailings)
        )
    except (comparison.ComparisonProblem, LookupError) as error:
        raise wrong(str(error)) from None
    if chain and not found:
        raise wrong(f"There is no mailing {mailings[0]}.")
    if json:
        document([reporting.summary(each) for each in found])
        return
    heads = (
        "mailing",
        "name",
        "recipients",
        "reached",
        "bounced",
        "opened",
        "clicked",
        "unsubscribed",
        "complained",
        "orders",
        "revenue",
    )
    rows = [
        (each.id, each.name[:40], number(each.progress.recipients), _share(each.rate("reached")),
         *(_share(each.rate(name)) for name in ("bounced", "opened", "clicked", "unsubscribed", "complained")),
         number(sum(one.orders for one in each.revenue)), " ".join(f"{one.money} {one.currency}" for one in each.revenue if one.orders))
        for each in found
    ]  # fmt: skip
    written(
        table(
            heads,
            rows,
            right="mailing recipients reached bounced opened clicked unsubscribed complained orders",
        )
    )
    tell("Reached: of the recipients; bounced and complained: of the settled; the others: of the reached.")


def export_mailing(conn: psycopg.Connection[Any], mailing: int, output: Path | None, form: str) -> None:
    """Write the archive of one mailing."""
    there = any_mailing(conn, mailing)
    try:
        archive = export.of_mailing(conn, there.account, mailing, form)
    except ValueError as error:
        raise wrong(str(error)) from None
    with opened(output) as out:
        zipping.write(conn, archive, out)


def export_figures(
    conn: psycopg.Connection[Any], account: str | None, since: str | None, output: Path | None
) -> None:
    """Write the figures of an account's mailings as CSV."""
    try:
        begun = datetime.fromisoformat(since).astimezone() if since else None
    except ValueError:
        raise wrong(f"{since!r} is no date; write it like 2026-12-01.") from None
    settings, query, given = export.of_account(chosen_account(conn, account), begun)
    with opened(output) as out, conn.transaction(), conn.cursor() as cursor:
        cursor.execute(settings)
        with cursor.copy(query, given) as rows:
            for block in rows:
                out.write(bytes(block))


@contextmanager
def opened(output: Path | None) -> Iterator[IO[bytes]]:
    """Lend what is written to. Raises Failure where an archive would be written onto a screen."""
    if output is not None:
        with output.open("wb") as out:
            yield out
    elif sys.stdout.isatty():
        raise wrong("This would fill the screen.", "Name a file with --output, or pass it on: > FILE.")
    else:
        yield sys.stdout.buffer
