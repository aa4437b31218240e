"""The words of the news: what changed and the new figures, once for all pages that show the same in the same language."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext as _

from penstock.web.room import words
from penstock.web.room.board.figures import bar, texts
from penstock.web.room.board.watcher import Watcher, event

if TYPE_CHECKING:
    from penstock.web.room.board.watching import Moving

Group = tuple[int, str, int | None]  # the account, the language, the one mailing
REMEMBERED = 10_000
"""Mailings whose version is kept, so that a process which runs for months does not keep one for each mailing there ever was."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A mailing as it stands; the state is `gone` when it was deleted."""

    mailing: int
    account: int
    state: str
    version: int
    name: str


class Teller:
    """Remembers what was told, so that only what is new is told again."""

    def __init__(self) -> None:
        self._versions: dict[int, int] = {}  # those told last at the end
        self._told: dict[tuple[str, int], dict[str, Any]] = {}

    def changes(self, watchers: Collection[Watcher], there: Collection[Changed]) -> None:
        """Tell that these mailings have changed."""
        for each in there:
            self._versions.pop(each.mailing, None)
            self._versions[each.mailing] = each.version
        for mailing in list(self._versions)[:-REMEMBERED]:
            del self._versions[mailing]
        for (account, language, only), group in _grouped(watchers).items():
            concerned = [each for each in there if each.account == account and only in (None, each.mailing)]
            if concerned:
                with translation.override(language):
                    news = event("changes", [_change(each) for each in concerned])
                for watcher in group:
                    watcher.tell(news)

    def missed(self, there: Iterable[Changed]) -> list[Changed]:
        """Return those whose version is not the one that was told last: the news of it was lost."""
        return [
            each for each in there if self._versions.setdefault(each.mailing, each.version) != each.version
        ]

    def figures(self, watchers: Collection[Watcher], rows: "Collection[Moving]") -> None:
        """Tell the figures that are others than before; to new watchers all."""
        groups = _grouped(watchers)
        known = self._told
        self._told = {}
        for language in {language for _account, language, _only in groups}:
            with translation.override(language):
                for row in rows:
                    self._told[language, row.changed.mailing] = {
                        **texts(row.figures),
                        "bar": bar(row.figures),
                    }
        for (account, language, only), group in groups.items():
            ours = [row.changed.mailing for row in rows if row.changed.account == account]
            told = {number: self._told[language, number] for number in ours if only in (None, number)}
            new = {number: _other(known.get((language, number), {}), every) for number, every in told.items()}
            _send(group, told, {number: only_new for number, only_new in new.items() if only_new})


def _grouped(watchers: Collection[Watcher]) -> dict[Group, list[Watcher]]:
    groups: dict[Group, list[Watcher]] = defaultdict(list)
    for watcher in watchers:
        groups[watcher.ticket.account, watcher.ticket.language, watcher.ticket.mailing].append(watcher)
    return groups


def _send(group: list[Watcher], told: dict[int, Any], new: dict[int, Any]) -> None:
    everything, difference = (event("figures", each) if each else None for each in (told, new))
    for watcher in group:
        if news := everything if watcher.is_new else difference:
            watcher.tell(news)
        watcher.is_new = False


def _other(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in now.items() if before.get(name) != value}


def _change(each: Changed) -> dict[str, Any]:
    title = _("deleted") if each.state == "gone" else words.STATES[each.state].title
    said = _("%(mailing)s: %(state)s") % {"mailing": each.name, "state": title}
    return {"id": each.mailing, "state": each.state, "version": each.version, "said": said}
