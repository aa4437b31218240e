"""The catalogues of the control room's words: gathered from the sources, kept with what is translated, compiled.

usage: python docs/catalogue.py            write src/penstock/web/locale/*/LC_MESSAGES/django.{po,mo} anew, say what is missing
       python docs/catalogue.py --check    fail when the files are not what the sources and the translations make of them

GNU gettext is not needed: Babel reads the sources, Django turns its templates into something that can be read so.
"""

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

WEB = Path(__file__).resolve().parent.parent / "src" / "penstock" / "web"
LANGUAGES = ("fr",)
KEYWORDS: dict[str, Any] = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip


def gathered() -> Catalog:
    """Return every text that the sources mark for translation."""
    found = Catalog(charset="utf-8", fuzzy=False)
    for file in sorted([*WEB.rglob("*.py"), *WEB.rglob("templates/**/*.html")]):
        place = file.relative_to(WEB).as_posix()
        for text, context, comments in _texts(file):
            found.add(text, locations=[(place, 0)], auto_comments=comments, context=context)
    return found


def _texts(file: Path) -> Iterator[tuple[Any, str | None, list[str]]]:
    """Yield each text of a file (singular and plural where it counts), its context, and what was said to translators."""
    source = file.read_text("utf-8")
    if file.suffix == ".html":
        source = templatize(source, origin=file.name)
    for _line, name, found, comments in extract_python(
        io.BytesIO(source.encode()), KEYWORDS, ["Translators:"], {}
    ):
        texts = found if isinstance(found, tuple) else (found,)
        context = None
        if "pgettext" in name:
            context, *rest = texts
            texts = tuple(rest)
        if not texts[0]:
            continue
        yield (texts[:2] if "ng" in name or "np" in name else texts[0]), context, list(comments)


def merged(language: str) -> Catalog:
    """Return the catalogue of a language: the texts of now, with those translations that there are."""
    file = po(language)
    there = Catalog(locale=language)
    if file.exists():
        with file.open("rb") as stream:
            there = read_po(stream, locale=language)
    there.update(gathered(), no_fuzzy_matching=True, update_header_comment=False)
    there.obsolete.clear()
    there.header_comment = (
        f"# The control room's words in {there.locale.english_name}." if there.locale else ""
    )
    there.fuzzy = False
    there.project, there.version = "Penstock", "1"
    return there


def po(language: str) -> Path:
    """Return where the translations stand that people edit."""
    return WEB / "locale" / language / "LC_MESSAGES" / "django.po"


def written(catalogue: Catalog) -> bytes:
    """Return the text of a catalogue, without places and times: only a changed word changes it."""
    out = io.BytesIO()
    write_po(out, catalogue, width=120, no_location=True, sort_output=True, omit_header=False)
    kept = [line for line in out.getvalue().decode().splitlines() if not line.startswith(_MOVING)]
    return ("\n".join(kept) + "\n").encode()


_MOVING = (
    '"POT-Creation-Date',
    '"PO-Revision-Date',
    '"Generated-By',
    '"Last-Translator',
    '"Language-Team',
    '"Report-Msgid',
)


_NEVER = datetime(2000, 1, 1, tzinfo=UTC)
"""The time in a compiled catalogue: Babel puts the present one where none is, and every minute would make another file."""


def compiled(catalogue: Catalog) -> bytes:
    """Return the catalogue as gettext reads it."""
    out = io.BytesIO()
    for message in [each for each in catalogue if each.id and not _is_translated(each)]:
        catalogue.delete(message.id, message.context)  # an empty plural would be shown as nothing
    catalogue.creation_date = catalogue.revision_date = _NEVER
    write_mo(out, catalogue)
    return out.getvalue()


def missing(catalogue: Catalog) -> list[str]:
    """Return the texts without a translation, and those whose translation has other holes than the text."""
    found = [_first(each) for each in catalogue if each.id and not _is_translated(each)]
    checked = [(each, errors) for each, errors in catalogue.check() if _is_translated(each)]
    return found + [f"{_first(each)}: {error}" for each, errors in checked for error in errors]


def _first(message: Any) -> str:
    return str(message.id[0] if isinstance(message.id, tuple) else message.id)


def _is_translated(message: Any) -> bool:
    return all(message.string) if isinstance(message.string, tuple | list) else bool(message.string)


def main(check: bool) -> int:
    """Write the files, or say what is not as it should be; return the exit status."""
    wrong = 0
    for language in LANGUAGES:
        catalogue = merged(language)
        text = written(catalogue)
        machine = compiled(read_po(io.BytesIO(text), locale=language))
        for file, content in ((po(language), text), (po(language).with_suffix(".mo"), machine)):
            if check and (not file.exists() or file.read_bytes() != content):
                sys.stderr.write(f"{file.name} of {language} is not up to date: python docs/catalogue.py\n")
                wrong = 1
            elif not check:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
        left = missing(catalogue)
        sys.stderr.write(f"{language}: {len(catalogue)} texts, {len(left)} to translate\n")
        for text_ in left[:5] if check else []:
            sys.stderr.write(f"  {text_!r}\n")
        wrong = wrong or int(check and bool(left))
    return wrong


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
