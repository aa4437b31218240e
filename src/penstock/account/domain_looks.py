"""Looks a domain's records up, all at once, and judges them; changes nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from penstock.account.domain import Domain
from penstock.account.records import dkim, dmarc, return_path, spf
from penstock.account.records.answers import Ask, Finding

AT_ONCE: Final = 6


@dataclass(frozen=True)
class Looked:
    """What was found of a domain. `dkim`: by selector; `mail_servers`: the domain's own, which can take what comes back."""

    dkim: dict[str, Finding]
    spf: Finding
    dmarc: Finding
    return_path: Finding
    mail_servers: list[str] = field(default_factory=list)


def look(domain: Domain, ask: Ask) -> Looked:
    """Ask for every record of the domain that is to be there."""
    host = domain.return_host or domain.name
    keys = [key for key in domain.keys if key.state != "retired"]
    questions: list[Callable[[], Finding]] = [
        lambda key=key: dkim.judge(ask, domain.name, key.selector, key.algorithm, key.public)  # type: ignore[misc]
        for key in keys
    ]
    with ThreadPoolExecutor(AT_ONCE, "penstock dns") as pool:
        keyed = [pool.submit(question) for question in questions]
        sending = pool.submit(spf.judge, ask, host, domain.spf)
        policy = pool.submit(dmarc.judge, ask, domain.name)
        coming_back = pool.submit(return_path.judge, ask, host, domain.return_target)
        own = pool.submit(ask, domain.name, "MX")
        servers = [value.partition(" ")[2] for value in own.result().values]
        return Looked(
            {key.selector: each.result() for key, each in zip(keys, keyed, strict=True)},
            sending.result(), policy.result(), coming_back.result(), [server for server in servers if server.strip(".")],
        )  # fmt: skip
