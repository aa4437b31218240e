"""A design laid out as MJML. Every text is escaped for where it stands; Liquid in it is left as it is."""

from __future__ import annotations

from html import escape

from penstock.content.design.blocks import (
    Block,
    Button,
    Column,
    Columns,
    Design,
    Divider,
    Footer,
    Heading,
    Image,
    Settings,
    Simple,
    Social,
    SocialLink,
    Text,
)
from penstock.content.design.wording import words_of
from penstock.content.holding import Held

FONTS = {
    "sans": "Arial, Helvetica, sans-serif",
    "serif": "Georgia, Times, serif",
    "mono": "Courier New, Courier, monospace",
    "system": "-apple-system, BlinkMacSystemFont, Segoe UI, Roboto, Helvetica, Arial, sans-serif",
}
_HEADINGS = {1: 2.0, 2: 1.5, 3: 1.2}
"""Times the size of the text."""
_ICON = 24  # pixels


def mjml_of(design: Design) -> str:
    """Return the MJML of a design that was judged fit."""
    settings = design.settings
    body = "\n".join(_sections(design.blocks, settings))
    return (
        f'<mjml lang="{settings.language}">\n<mj-head>\n{_head(settings)}\n</mj-head>\n'
        f'<mj-body width="{settings.width}px" background-color="{settings.background}">\n{body}\n</mj-body>\n</mjml>\n'
    )


def escaped(text: str, *, lines: bool = False) -> str:
    """Return text for an element or an attribute, Liquid untouched; with `lines` its line ends are kept."""
    held = Held(text)
    whole = escape(held.text)
    return held.worded("<br/>".join(whole.splitlines()) if lines else whole)


def _head(settings: Settings) -> str:
    preview = (
        f"<mj-preview>{escaped(settings.preheader)}</mj-preview>\n" if settings.preheader.strip() else ""
    )
    return (
        f'{preview}<mj-attributes>\n<mj-all font-family="{FONTS[settings.font]}" />\n'
        f'<mj-text font-size="{settings.font_size}px" line-height="1.5" color="{settings.color}" />\n'
        f'<mj-button font-size="{settings.font_size}px" border-radius="4px" />\n'
        f'<mj-section background-color="{settings.paper}" padding="8px 0" />\n</mj-attributes>'
    )


def _sections(blocks: list[Block], settings: Settings) -> list[str]:
    """Simple blocks that follow each other share one section."""
    sections: list[str] = []
    waiting: list[str] = []
    for block in blocks:
        if isinstance(block, Columns):
            sections += _section(waiting)
            waiting = []
            columns = "\n".join(_column(column, settings) for column in block.columns)
            sections.append(f"<mj-section>\n{columns}\n</mj-section>")
        elif isinstance(block, Footer):
            waiting.append(_footer(block, settings))
        else:
            waiting.append(_simple(block, settings))
    return sections + _section(waiting)


def _section(blocks: list[str]) -> list[str]:
    inner = "\n".join(blocks)
    return [f"<mj-section>\n<mj-column>\n{inner}\n</mj-column>\n</mj-section>"] if blocks else []


def _column(column: Column, settings: Settings) -> str:
    width = f' width="{column.width}%"' if column.width is not None else ""
    inner = "\n".join(_simple(block, settings) for block in column.blocks)
    return f"<mj-column{width}>\n{inner}\n</mj-column>"


def _simple(block: Simple, settings: Settings) -> str:
    if isinstance(block, Heading):
        return _heading(block, settings)
    if isinstance(block, Text):
        return _text(block, settings)
    if isinstance(block, Image):
        return _image(block)
    if isinstance(block, Button):
        return _button(block, settings)
    if isinstance(block, Divider):
        return f'<mj-divider border-color="{block.color}" border-width="{block.thickness}px" />'
    return _social(block, settings)


def _heading(block: Heading, settings: Settings) -> str:
    size = round(settings.font_size * _HEADINGS[block.level])
    style = f"margin:0;font-size:{size}px;line-height:1.25;font-weight:bold"
    return (
        f'<mj-text align="{block.align}" color="{block.color or settings.color}">'
        f'<h{block.level} style="{style}">{escaped(block.text)}</h{block.level}></mj-text>'
    )


def _text(block: Text, settings: Settings) -> str:
    size = block.font_size or settings.font_size
    words = words_of(block.html, settings.accent)
    return f'<mj-text align="{block.align}" font-size="{size}px" color="{block.color or settings.color}">{words}</mj-text>'


def _image(block: Image) -> str:
    width = f' width="{block.width}px"' if block.width is not None else ""
    link = f' href="{escaped(block.link.strip())}"' if block.link else ""
    source = escaped(block.src.strip())
    return f'<mj-image src="{source}" alt="{escaped(block.alt)}" align="{block.align}"{width}{link} />'


def _button(block: Button, settings: Settings) -> str:
    return (
        f'<mj-button href="{escaped(block.link.strip())}" align="{block.align}" color="{block.text_color}"'
        f' background-color="{block.color or settings.accent}">{escaped(block.text)}</mj-button>'
    )


def _social(block: Social, settings: Settings) -> str:
    links = " &#183; ".join(_social_link(each, settings) for each in block.links)
    return f'<mj-text align="{block.align}">{links}</mj-text>'


def _social_link(link: SocialLink, settings: Settings) -> str:
    shown = escaped(link.label)
    if link.icon:
        size = f'width="{_ICON}" height="{_ICON}" style="vertical-align:middle;border:0"'
        shown = f'<img src="{escaped(link.icon.strip())}" alt="{shown}" {size} />'
    return _anchor(escaped(link.link.strip()), shown, settings.accent)


def _footer(block: Footer, settings: Settings) -> str:
    links = [_anchor("{{ unsubscribe_url }}", escaped(block.unsubscribe), settings.color)]
    if block.view:
        links.append(_anchor("{{ view_url }}", escaped(block.view), settings.color))
    said = [escaped(block.text.strip(), lines=True)] if block.text.strip() else []
    inner = "<br/>".join([*said, " &#183; ".join(links)])
    return f'<mj-text align="{block.align}" font-size="12px" line-height="1.6">{inner}</mj-text>'


def _anchor(href: str, shown: str, color: str) -> str:
    return f'<a href="{href}" style="color:{color}">{shown}</a>'
