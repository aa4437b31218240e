"""The kinds of blocks that the visual editor offers, and what stands in one that was just added."""

import json

from django.utils.translation import gettext as _


def kinds() -> list[tuple[str, str, str]]:
    """Return each kind with its title and its sign."""
    return [
        ("heading", _("Heading"), "heading"),
        ("text", _("Text"), "text"),
        ("image", _("Picture"), "image"),
        ("button", _("Button"), "button"),
        ("divider", _("Line"), "divider"),
        ("columns", _("Columns"), "columns"),
        ("social", _("Social links"), "people"),
        ("footer", _("Footer"), "foot"),
    ]


def fresh() -> str:
    """Return a new block of each kind, as JSON."""
    return json.dumps(
        {
            "heading": {"type": "heading", "text": _("Heading")},
            "text": {"type": "text", "html": f"<p>{_('Write here.')}</p>"},
            "image": {"type": "image", "src": "", "alt": ""},
            "button": {"type": "button", "text": _("Read on"), "link": "https://"},
            "divider": {"type": "divider"},
            "columns": {"type": "columns", "columns": [{"blocks": []}, {"blocks": []}]},
            "social": {"type": "social", "links": [{"label": "Mastodon", "link": "https://"}]},
            "footer": {"type": "footer", "text": "", "unsubscribe": _("Unsubscribe")},
        },
        ensure_ascii=False,
    )
