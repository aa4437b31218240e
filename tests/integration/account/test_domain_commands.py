"""`penstock domain` as people use it: what is printed is what goes into the DNS, and then the domain is verified."""

import asyncio
import re
import time
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
    zone = cli("domain", "show", "1", "--zone").stdout.splitlines()
    assert [line.split()[2] for line in zone] == ["TXT", "TXT", "TXT", "MX", "TXT"]


def test_a_new_key_takes_over_and_the_old_one_goes(
    conn: psycopg.Connection, cli: Cli, told: Told, dns: Nameserver
) -> None:
    made = domains.create(conn, 1, name="example.org", actor=SYSTEM)
    for record in made.records[:2]:
        dns.txt(record.name, record.value)
    assert told("domain", "check", "example.org")["state"] == "verified"
    new = cli("domain", "key", "example.org", "--algorithm", "ed25519")
    assert publish(dns, new.stdout) == 1
    assert "retired" in cli("domain", "check", "example.org").stdout
    old = made.keys[1].selector
    assert old not in str(told("domain", "key", "example.org", "--delete", old)["keys"])
    assert "nobody to ask" in cli("domain", "delete", "example.org", status=2).stderr
    assert told("domain", "delete", "example.org", "--yes") == {"deleted": made.id}
    assert domains.listed(conn, 1) == []


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


def test_a_key_that_does_not_match_its_record_is_named(cli: Cli, told: Told, dns: Nameserver) -> None:
    made = told("domain", "add", "example.org")
    rsa, short = made["records"][:2]
    dns.txt(rsa["name"], short["value"])
    dns.txt(short["name"], short["value"].replace("p=", "p=AAAA"))
    ran = cli("domain", "check", "example.org", status=1)
    assert "not verified" in ran.stdout
    assert f"The record at {rsa['name']} has a key for k=ed25519; this one is for k=rsa." in ran.stdout
    assert f"found: {short['value']}" in ran.stdout
    assert f"value: {rsa['value']}" in ran.stdout
    assert ran.stdout.count("wrong") == 2


def test_a_dns_server_that_does_not_answer_is_waited_for_and_said(cli: Cli, dns: Nameserver) -> None:
    cli("domain", "add", "example.org")
    dns.hushes("example.org")
    begun = time.monotonic()
    ran = cli("domain", "check", "example.org", status=1)
    assert time.monotonic() - begun < 40
    assert ran.stdout.count("unreachable") == 5
    assert "no answer within 4 s" in ran.stdout
    assert "Nothing is concluded from that" in ran.stdout
