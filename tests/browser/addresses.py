"""Every address of the control room, from the resolver itself: a page that is new is looked at without being entered anywhere."""

import itertools
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from penstock.mailing.lifecycle import SYSTEM, TABLE
from tests.browser.scene import Scene

COMMANDS = sorted({row.command for row in TABLE if row.roles != frozenset({SYSTEM})})
"""What stands for <command> in an address."""
_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")


@dataclass(frozen=True)
class Address:
    """One route: its name with the namespace (`room:board`), its pattern, and the names in it."""

    name: str
    route: str

    @property
    def parameters(self) -> list[str]:
        """What has to be put into it, in order."""
        return [name for _, name in _PARAMETER.findall(self.route)]

    def filled(self, scene: Scene) -> Iterator[str]:
        """Every path that this route has in the scene. Raises LookupError for a parameter that no scene has anything for."""
        values = [_values(scene, self, name) for name in self.parameters]
        for combination in itertools.product(*values):
            given = iter(combination)
            yield "/" + _PARAMETER.sub(lambda _: str(next(given)), self.route)  # noqa: B023 - used at once


def _values(scene: Scene, address: Address, name: str) -> list[Any]:
    if name == "command":
        return list(COMMANDS)
    if found := scene.things.get(name):
        return found
    raise LookupError(
        f"{address.name} ({address.route}): nothing stands for <{name}>. Put what it means into tests/browser/scene.py."
    )


def every_address() -> list[Address]:
    """Return all routes of the project but the API's, by name. Django is set up in this process."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "penstock.platform.settings")
    import django
    from django.urls import get_resolver

    django.setup()
    return sorted(_walked(get_resolver().url_patterns, "", ""), key=lambda address: address.name)


def _walked(patterns: list[Any], before: str, space: str) -> Iterator[Address]:
    from django.urls import URLResolver

    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if not route.startswith("api/"):
                inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
                yield from _walked(pattern.url_patterns, route, inner)
        else:
            yield Address(f"{space}{pattern.name or route}", route)
