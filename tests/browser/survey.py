"""Which addresses the room has, asked for over HTTP: what is a page, what a part or a file, and what is amiss without a look."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from penstock.mailing import control
from tests.browser.addresses import COMMANDS, Address, every_address
from tests.browser.desk import TERMINAL
from tests.browser.ground import Ground
from tests.browser.scene import Scene

STATES_OF_TABS = ("draft", "in_review", "sent")
"""Of a mailing's pages the overview is looked at in every state, the others in these."""
WITH_SECRETS = {
    "sign-in/<str:secret>",
    "invitation/<str:secret>",
    "v/<str:token>",
    "u/<str:token>",
    "p/<str:file>",
}
"""Addresses that strangers come to with a secret: their own tests look at them."""
AT_WORK = {
    "account_reauthenticate": "before something far-reaching",
    "mfa_reauthenticate": "before something far-reaching",
    "mfa_authenticate": "in the middle of signing in",
    "mfa_login_webauthn": "in the middle of signing in",
    "mfa_reauthenticate_webauthn": "with a key, which only a device can make",
    "mfa_edit_webauthn": "with a key",
    "mfa_remove_webauthn": "with a key",
    "mfa_activate_totp": "for who has no app yet",
    "mfa_view_recovery_codes": "shown once",
    "room:import-look": "with a file just dropped",
}
"""Addresses that are nothing by themselves, each with the moment in which its own tests look at it."""


@dataclass
class Found:
    """What the server has: pages to look at with the names of their addresses, every answer by address, and what was amiss."""

    pages: dict[str, str] = field(default_factory=dict)
    answers: dict[str, set[int]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @property
    def one_of_each(self) -> list[str]:
        """One page of each address, in order."""
        return list({name: path for path, name in self.pages.items()}.values())


@dataclass
class There:
    """The account that all tests of this module only look at, and the cookies of somebody who may do everything in it."""

    ground: Ground
    scene: Scene
    cookies: list[Any]

    @property
    def jar(self) -> dict[str, str]:
        """The cookies by name."""
        return {cookie["name"]: cookie["value"] for cookie in self.cookies}


def rooms() -> list[Address]:
    """The addresses that are looked at here."""
    return [each for each in every_address() if each.route not in WITH_SECRETS and each.name not in AT_WORK]


def survey(there: There) -> Found:
    """Ask the server for every address, without a browser: which of them are pages, and in which there is something amiss."""
    found = Found()
    with httpx.Client(
        base_url=there.ground.url, cookies=there.jar, timeout=20, headers={"Accept": "text/html"}
    ) as client:
        for address in rooms():
            try:
                paths = list(_telling(address, there.scene))
            except LookupError as error:
                found.wrong.append(str(error))
                continue
            for path in paths:
                _ask(client, address.name, path, found)
    if any(each.startswith("5") for each in found.wrong):
        found.wrong.append(there.ground.said()[-4000:])
    return found


def _ask(client: httpx.Client, name: str, path: str, found: Found) -> None:
    with client.stream("GET", path) as answer:
        found.answers.setdefault(name, set()).add(answer.status_code)
        if answer.status_code >= 500 or answer.status_code in (401, 403, 422):
            found.wrong.append(f"{answer.status_code} at {path} ({name}) for an administrator")
        elif _is_page(answer):
            found.pages[path] = name


def _is_page(answer: httpx.Response) -> bool:
    """Whether it is a whole page; a stream of news is never read, for it has no end."""
    kind = answer.headers.get("content-type", "")
    return (
        answer.status_code == 200 and kind.startswith("text/html") and "<html" in answer.read().decode()[:400]
    )


def _telling(address: Address, scene: Scene) -> Iterator[str]:
    """The paths of a route that are worth a look: the page of a mailing itself in every state, its others in some."""
    paths = list(address.filled(scene))
    if "command" in address.kinds:
        yield from _first_that_may(paths, scene)
    elif not address.route.startswith("mailings/<") or address.route.count("/") == 1:
        yield from paths
    else:
        wanted = {str(scene.mailings[state]) for state in STATES_OF_TABS}
        yield from (path for path in paths if path.split("/")[2] in wanted)


def _first_that_may(paths: list[str], scene: Scene) -> Iterator[str]:
    """For every command its page in one mailing to which it may be given."""
    for command in COMMANDS:
        for mailing in scene.mailings.values():
            path = f"/mailings/{mailing}/{command.replace('_', '-')}"
            if path in paths and command in control.possible(scene.desk.conn, mailing, TERMINAL):
                yield path
                break
