"""What a try of a transport's servers found out, on the screen."""

from penstock.cli.endings import Exit
from penstock.cli.membership import account_of, owner, session
from penstock.cli.screen import document, line, number, written
from penstock.cli.transporting import NAME, chosen
from penstock.report import transports as report
from penstock.report.transports import Tried


def try_transport(which: str, server: int | None, account: str | None, json: bool) -> int:
    """Try the servers and say each step; return 1 when something is wrong. Raises UnknownTransport, SecretError."""
    with session(NAME) as conn:
        there = chosen(conn, which, account)
        ways = report.ways(conn, account_of(conn, account), there.id, owner(), server)
    found = report.diagnose(ways, owner())
    if json:
        document([each.document() for each in found])
    else:
        for each in found:
            _tell(each)
    return Exit.DONE if all(each.found.ok for each in found) else Exit.FAILED


def _tell(tried: Tried) -> None:
    found = tried.found
    written(
        f"Server {tried.id}, {line(found.server)}: {'all is well' if found.ok else 'something is wrong'}."
    )
    for step in found.steps:
        mark = "✓" if step.ok else "✗"
        written(f"  {mark} {line(step.text)} ({step.seconds * 1000:,.0f} ms)")
        if step.cure:
            written(f"    {line(step.cure)}")
    if found.size:
        written(f"  Takes messages of up to {number(found.size)} bytes.")
    if found.offers:
        written(f"  Offers {line(', '.join(found.offers))}.")
