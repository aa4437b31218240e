"""`penstock domain` as people use it: what is printed is what goes into the DNS, and then the domain is verified."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

import psycopg

from penstock.account import domains
from penstock.mailing.actor import SYSTEM
from penstock.platform import jobs
from tests.integration.account.conftest import Ran
from tests.integration.delivery.stage import eventually
from tests.nameserver import Nameserver

Cli = Callable[..., Ran]
Told = Callable[..., Any]

BLOCK = re.compile(r"  name:  (\S+)\n  type:  (\S+)\n  value: (.+)")


def publish(dns: Nameserver, printed: str) -> int:
    """Set the records as they stand on the screen; returns how many."""
    found = BLOCK.findall(printed)
    for name, kind, value in found:
        if kind == "TXT":
            dns.txt(name, value)
        else:
            dns.set(name, kind, value)
    return len(found)


def test_what_is_printed_is_set_and_found(cli: Cli, told: Told, dns: Nameserver) -> None:
    added = cli(
        "domain", "add", "example.org", "--return-host", "bounce", "--return-target", "mx.example.net"
    )
    first = cli("domain", "check", "example.org", status=1)
    assert "example.org: not verified" in first.stdout
    assert first.stdout.count("missing") == 5
    assert publish(dns, added.stdout) == 5
    second = cli("domain", "check", "EXAMPLE.org")
    assert "example.org: verified, signed by ps1-" in second.stdout
    assert "value:" not in second.stdout
    (shown,) = told("domain", "list")
    assert (shown["state"], shown["return_path_used"]) == ("verified", True)
    assert told("domain", "show", "1") == shown
    assert "verified" in cli("domain", "list").stdout

    zone = cli("domain", "show", "example.org", "--zone").stdout.splitlines()
    assert [line.split()[2] for line in zone] == ["TXT", "TXT", "TXT", "MX", "TXT"]

    new = cli("domain", "key", "example.org", "--algorithm", "ed25519")
    assert publish(dns, new.stdout) == 1
    assert "retired" in cli("domain", "check", "example.org").stdout
    old = next(key for key in told("domain", "show", "example.org")["keys"] if key["state"] == "retired")
    cli("domain", "key", "example.org", "--delete", old["selector"])
    assert (
        told("domain", "edit", "example.org", "--spf", "ip4:192.0.2.7", "--return-host", "")["return_host"]
        is None
    )
    assert "nobody to ask" in cli("domain", "delete", "example.org", status=2).stderr
    assert told("domain", "delete", "example.org", "--yes") == {"deleted": 1}
    assert told("domain", "list") == []


def test_what_cannot_be_is_said(cli: Cli) -> None:
    assert "is a public suffix" in cli("domain", "add", "co.uk", status=2).stderr
    assert "no sending domain 'example.org'" in cli("domain", "check", "example.org", status=2).stderr
    assert (
        "does not let a server send" in cli("domain", "add", "example.org", "--spf", "all", status=2).stderr
    )


def test_a_worker_checks_by_itself(conn: psycopg.Connection, dns: Nameserver) -> None:
    """The periodic job, as a worker runs it."""
    made = domains.create(conn, 1, name="example.org", actor=SYSTEM)
    for record in made.records[:2]:
        dns.txt(record.name, record.value)
    jobs.defer(conn, "check_domains", timestamp=0)
    asyncio.run(jobs.work(wait=False))
    assert eventually(lambda: domains.find(conn, 1, made.id).verified)
    tasks = {
        task.name
        for task in jobs.worker_app().periodic_registry.periodic_tasks.values()
        for task in [task.task]
    }
    assert "penstock:check_domains" in tasks
