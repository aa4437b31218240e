"""The document behind the visual block editor: what it may hold, what is wrong with one, and the MJML that it becomes.

    {"version": 1, "settings": {"accent": "#0b57d0"}, "blocks": [{"type": "heading", "text": "Hello {{ first_name }}"}, …]}

It is compiled to MJML and goes on from there as if its author had written that; every text in it may hold Liquid.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from penstock.content.design.blocks import Design
from penstock.content.design.judging import misshapen, unfit
from penstock.content.design.laying import mjml_of
from penstock.content.message import Problem

WHERE = "design"


def mjml_from_design(document: dict[str, Any]) -> str | list[Problem]:
    """Return the MJML template that `document` stands for; or everything that is wrong with it, each with the block's path."""
    try:
        design = Design.model_validate(document)
    except ValidationError as error:
        return misshapen(document, error)
    return unfit(design) or mjml_of(design)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the document."""
    return Design.model_json_schema()


__all__ = ["Design", "mjml_from_design", "schema"]
