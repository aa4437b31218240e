"""Writes the figures of build/bench/*.json into docs/explanation/throughput.md, between its two marks.

usage: python -m bench.figures [NAME]…

So that the page holds what was measured and nothing else, with the machine beside it. Only the measurements that are named are
written anew, or all; what has no file stays as it is.
"""

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

from bench.results import FOLDER, ROOT

PAGE = ROOT / "docs" / "explanation" / "throughput.md"
BEGIN, END = "<!-- figures: begin (python -m bench.figures) -->", "<!-- figures: end -->"


def main() -> None:
    """Replace the sections between the marks, each by its heading; a new one goes to the end."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    old, after = rest.split(END)
    sections = dict(map(headed, old.split("\n### ")[1:]))
    for name in sys.argv[1:] or SECTIONS:
        if text := "\n".join(written(name, SECTIONS[name])):
            sections |= dict([headed(text.removeprefix("### "))])
    text = "\n\n".join(f"### {heading}\n\n{section}" for heading, section in sections.items())
    PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


def headed(text: str) -> tuple[str, str]:
    heading, _, section = text.partition("\n")
    return heading, section.strip()


def written(name: str, section: Callable[[dict[str, Any]], Iterator[str]]) -> Iterator[str]:
    path = FOLDER / f"{name}.json"
    if not path.exists():
        return
    found = json.loads(path.read_text())
    yield from section(found)
    machine = found["machine"]
    yield (
        f"\n*{machine['at'][:10]}, {machine['cores']} cores, {machine['memory_gb']} GB, {machine['system']}, Python"
        f" {machine['python']}, load before {machine['load_before']}; PostgreSQL and sink on the same machine.*\n"
    )


def throughput(found: dict[str, Any]) -> Iterator[str]:
    yield "### Whole runs against smtp-source\n"
    yield "Medians of {} rounds; rates in messages a second.\n".format(len(found["rounds"]))
    yield "| recipients | smtp-source | Penstock, first claim to last record | ratio | whole command | ratio, whole command | CPU of others |"
    yield "|---|---|---|---|---|---|---|"
    for title in ("rounds_median", "million_median"):
        if m := found.get(title):
            yield (
                f"| {m['count']:,.0f} | {m['source_rate']:,.0f} | {m['send_rate']:,.0f} | **{m['ratio_send']:.2f}**"
                f" | {m['command']:.1f} s | **{m['ratio_command']:.2f}** | {m['foreign']:.0%} |"
            )
    m, first = found["rounds_median"], found["first_run"]
    yield "\nWhere the time of the whole command goes, in seconds:\n"
    yield "| | start | import | freeze | send | in all |\n|---|---|---|---|---|---|"
    rows = [
        ("from a CSV file, on a new home", first),
        ("to a list that is there", m),
        ("the same, large list", found.get("million_median")),
    ]
    for title, row in rows:
        if row:
            times = " | ".join(
                f"{row[part]:.2f}" for part in ("start", "import", "freeze", "send", "command")
            )
            yield f"| {title} | {times} |"
    yield (
        f"\nCPU per message: Penstock {m['cpu_penstock_us']:.0f} µs (the start of the command included), PostgreSQL"
        f" {m['cpu_postgresql_us']:.0f} µs, smtp-sink {m['cpu_sink_us']:.0f} µs; smtp-source {m['source_cpu_us']:.0f} µs, and"
        f" smtp-sink with it {m['source_sink_us']:.0f} µs."
    )


def latency(found: dict[str, Any]) -> Iterator[str]:
    yield "### Over a line of 20 ms round-trip time\n"
    yield (
        f"{found['options']['connections']} connections: {found['rate']:,.0f} messages a second, which is"
        f" **{found['share']:.2f}** × connections ÷ round-trip time ({found['ideal_rate']:,.0f}); the round trip measured was"
        f" {found['round_trip_measured'] * 1000:.1f} ms."
    )


def footprint(found: dict[str, Any]) -> Iterator[str]:
    yield "### CPU per message and memory of a worker\n"
    yield "| recipients | worker | PostgreSQL | both | peak memory of the sender |\n|---|---|---|---|---|"
    for count, m in found["medians"].items():
        yield (
            f"| {int(count):,} | {m['cpu_worker_us']:.1f} µs | {m['cpu_postgresql_us']:.1f} µs | {m['cpu_us']:.1f} µs"
            f" | {m['sender_peak'] / 1e6:.0f} MB |"
        )


def pause(found: dict[str, Any]) -> Iterator[str]:
    yield "### After `pause` has answered\n"
    yield "| sender processes | sink | pauses | answer, median | slowest | messages after it, at most | number exact | senders silent |"
    yield "|---|---|---|---|---|---|---|---|"
    series: dict[tuple[int, str], list[dict[str, Any]]] = {}
    for row in found["pauses"]:
        series.setdefault((row["processes"], row["sink"]), []).append(row)
    for (processes, sink), rows in series.items():
        answers = sorted(row["answer_ms"] for row in rows)
        yield (
            f"| {processes} | {sink} | {len(rows)} | {answers[len(answers) // 2]:.0f} ms | {answers[-1]:.0f} ms"
            f" | {max(row['after'] for row in rows)} | {sum(row['exact'] for row in rows)} of {len(rows)}"
            f" | {sum(row['silent'] for row in rows)} |"
        )


def dkim(found: dict[str, Any]) -> Iterator[str]:
    yield "### Signed mailings\n"
    options = found["options"]
    yield (
        f"Messages of 5 kB made and signed in {options['processes']} processes, beside the library's bare `sign` in as many;"
        f" medians of {options['rounds']} rounds of {options['seconds']:g} s, rates a second over all processes.\n"
    )
    yield "| keys | bare signing | made and signed | ratio | ratio by CPU time |\n|---|---|---|---|---|"
    for kind, m in found["medians"].items():
        yield (
            f"| {kind} | {m['bare_rate']:,.0f} ({m['bare_us']:.0f} µs) | {m['made_rate']:,.0f} ({m['made_us']:.0f} µs)"
            f" | **{m['ratio']:.2f}** | {m['cpu']:.2f} |"
        )
    if m := found.get("sent_median"):
        yield (
            f"\nWhole mailings of {options['recipients']:,}, signed with RSA-2048, ledger and all: {m['sent_rate']:,.0f} messages a second. CPU per"
            f" message: senders {m['sender_us']:.0f} µs, of which bare signing takes {m['bare_us']:.0f} µs; PostgreSQL {m['postgresql_us']:.0f} µs,"
            f" smtp-sink {m['sink_us']:.0f} µs; of others {m['foreign']:.0%}."
        )


def tracking_endpoints(found: dict[str, Any]) -> Iterator[str]:
    yield "### Clicks and opens\n"
    options, held, killed = found["options"], found["held"], found["killed"]
    yield (
        f"{options['connections']} connections, {options['processes']} web process, as fast as they are answered, beside nginx with its log"
        " (`empty_gif`, `return 302`) and the same generator.\n"
    )
    yield "| nginx | Penstock | ratio | median | 99 % | CPU: web process | PostgreSQL | generator |\n|---|---|---|---|---|---|---|---|"
    for m in found["rounds"]:
        yield (
            f"| {m['nginx']:,.0f}/s | {m['penstock']:,.0f}/s | **{m['ratio']:.2f}** | {m['p50_ms']:.0f} ms | {m['p99_ms']:.0f} ms"
            f" | {m['web_us']:.0f} µs | {m['postgresql_us']:.0f} µs | {m['generator_us']:.0f} µs |"
        )
    yield (
        f"\n{options['rate']:,.0f} asked for a second, for {options['seconds']:.0f} s: **{held['rate']:,.0f}/s**, half within"
        f" {held['ms']['50']:.0f} ms, 99 % within {held['ms']['99']:.0f} ms, 99.9 % within {held['ms']['99.9']:.0f} ms;"
        f" {held['answered']:,} answered, {held['noted']:,} counted. Killed in the middle: {killed['answered']:,} answered,"
        f" {killed['noted']:,} counted."
    )


def sms(found: dict[str, Any]) -> Iterator[str]:
    options = found["options"]
    yield "### Short messages\n"
    yield (
        f"{options['connections']} binds with a window of {options['window']}, {options['recipients']:,} recipients, medians of {options['rounds']} rounds;"
        " rates a second. One sender process; database, sink and sender share the cores.\n"
    )
    yield "| receipts | client alone | first claim to last record | ratio | until all is settled | CPU: sender | PostgreSQL |"
    yield "|---|---|---|---|---|---|---|"
    for title, words in (("without", "none"), ("with_receipts", "one each, a second later")):
        m = found[title]
        yield (
            f"| {words} | {m['bare_rate']:,.0f} | {m['rate']:,.0f} | **{m['ratio']:.2f}** | {m['settled']:.1f} s"
            f" | {m['cpu_penstock_us']:.0f} µs | {m['cpu_postgresql_us']:.0f} µs |"
        )


SECTIONS = {
    "throughput": throughput,
    "latency": latency,
    "footprint": footprint,
    "pause": pause,
    "dkim": dkim,
    "tracking_endpoints": tracking_endpoints,
    "sms": sms,
}

if __name__ == "__main__":
    main()
