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
"""What stands for a command in an address, written as addresses write it."""
_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")


@dataclass(frozen=True)
class Address:
    """One route: its name with the namespace (`room:board`), and its pattern."""

    name: str
    route: str

    @property
    def kinds(self) -> list[str]:
        """What has to be put into it, in order: `command`, or what the address calls it (`audience/contacts|numbers`)."""
        return [
            "command" if match[1] == "spoken" else self._words(match)
            for match in _PARAMETER.finditer(self.route)
        ]

    def _words(self, match: re.Match[str]) -> str:
        """The words of the address before it, and its own name in the plural, which comes last."""
        before = [word for word in self.route[: match.start()].split("/") if word and "<" not in word]
        return "/".join(before) + f"|{match[2]}s"

    def filled(self, scene: Scene) -> Iterator[str]:
        """Every path that this route has in the scene. Raises LookupError for what no scene has anything of."""
        for combination in itertools.product(*(self._values(scene, kind) for kind in self.kinds)):
            path = self.route
            for value in combination:
                path = _PARAMETER.sub(str(value), path, count=1)
            yield f"/{path}"

    def _values(self, scene: Scene, kind: str) -> list[Any]:
        if kind == "command":
            return [name.replace("_", "-") for name in COMMANDS]
        words, _, named = kind.partition("|")
        parts = words.split("/")
        closest = ["/".join(parts[first:]) for first in range(len(parts))]  # `second/keys` before `keys`
        for known in (*closest, named):
            if found := scene.things.get(known):
                return found
        raise LookupError(
            f"{self.name} ({self.route}): nothing stands for {kind}. Put some into tests/browser/scene.py."
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
