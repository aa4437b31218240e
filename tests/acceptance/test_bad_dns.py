"""A DNS that says something else, or nothing, through the command line: said precisely, within seconds, and nothing is concluded
from silence."""

import json
import time
from collections.abc import Iterator
from subprocess import CompletedProcess
from typing import Any

import pytest

from bench.home import Home
from tests import nameserver
from tests.acceptance.test_bad_input import FAILED
from tests.homes import Prepared
from tests.nameserver import Nameserver

DOMAIN = "example.org"
SOON = 60  # seconds; the command line says a quarter of a minute at most, on a machine that others use too


@pytest.fixture(scope="module")
def dns() -> Iterator[Nameserver]:
    with nameserver.running() as server:
        yield server


@pytest.fixture(scope="module")
def home(dns: Nameserver) -> Iterator[Home]:
    with Prepared() as made, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PENSTOCK_DNS", dns.address)
        made.connect().close()
        yield made


@pytest.fixture(scope="module")
def records(home: Home) -> dict[str, dict[str, str]]:
    """The records of the keys of a domain just added, by selector."""
    return keys(home.json("domain", "add", DOMAIN))


def keys(domain: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {each["selector"]: each for each in domain["records"] if each["kind"] == "dkim"}


def checked(home: Home, status: int) -> CompletedProcess[str]:
    """Check the domain; the command says what it found, soon."""
    began = time.monotonic()
    ran = home.run("domain", "check", DOMAIN, expect=None, timeout=100)
    assert time.monotonic() - began < SOON
    assert "Traceback" not in ran.stderr
    assert ran.returncode == status, ran.stdout + ran.stderr
    return ran


def state(home: Home) -> str:
    return str(home.json("domain", "show", DOMAIN)["state"])


def test_a_key_that_does_not_match_its_record_is_told_from_a_missing_one(
    home: Home, dns: Nameserver, records: dict[str, dict[str, str]]
) -> None:
    assert checked(home, FAILED).stdout.count("missing") >= len(records)
    others = {
        each["value"][:14]: each["value"]
        for each in keys(home.json("domain", "add", "other.example.org")).values()
    }
    for each in records.values():
        dns.txt(each["name"], others[each["value"][:14]])
    said = checked(home, FAILED).stdout
    for each in records.values():
        assert f"{each['name']} has another key" in said
    assert state(home) == "unverified"
    for each in records.values():
        dns.txt(each["name"], each["value"][:-10])
    assert checked(home, FAILED).stdout.count("it was cut off") == 2


def test_a_server_that_does_not_answer_verifies_nothing(
    home: Home, dns: Nameserver, records: dict[str, dict[str, str]]
) -> None:
    dns.hushes(DOMAIN)
    try:
        said = checked(home, FAILED).stdout
    finally:
        dns.works(DOMAIN)
    assert "no answer within" in said
    assert "unreachable" in said
    assert state(home) == "unverified"


@pytest.mark.parametrize("trouble", ["silence", "SERVFAIL"])
def test_a_server_that_does_not_answer_takes_nothing_away(
    home: Home, dns: Nameserver, records: dict[str, dict[str, str]], trouble: str
) -> None:
    for each in records.values():
        dns.txt(each["name"], each["value"])
    checked(home, 0)
    assert state(home) == "verified"
    for each in records.values():
        dns.hushes(each["name"]) if trouble == "silence" else dns.fails(each["name"])
    try:
        said = checked(home, 0).stdout
    finally:
        for each in records.values():
            dns.works(each["name"])
    assert "Nothing is concluded from that" in said
    assert state(home) == "verified"
    shown = json.loads(home.run("domain", "show", DOMAIN, "--json").stdout)
    assert {key["state"] for key in shown["keys"]} == {"signing"}
