"""The shapes of the design document, version 1. Pydantic checks them, and writes their JSON Schema."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

LONGEST_TEXT = 50_000
"""Characters of a text block: limits.SIZE holds for the whole."""

Colour = Annotated[
    str,
    StringConstraints(pattern=r"^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$"),
    Field(description="`#0b57d0` or `#06c`.", examples=["#0b57d0"]),
]
Line = Annotated[str, StringConstraints(max_length=1000), Field(description="One line, with Liquid.")]
Link = Annotated[
    str,
    StringConstraints(max_length=2000),
    Field(
        description="`https:`, `http:`, `mailto:` or `tel:`; or Liquid that gives one. Empty: not filled in yet."
    ),
]
Source = Annotated[
    str,
    StringConstraints(max_length=2000),
    Field(description="`https:` or `http:`; or Liquid that gives one."),
]
Align = Literal["left", "center", "right"]
Font = Literal["sans", "serif", "mono", "system"]


class Shape(BaseModel):
    """Every member known, none of another kind than it says."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Settings(Shape):
    """What holds for the whole letter."""

    language: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$")] = Field(
        default="en", description="Language tag (RFC 5646): what reads the letter aloud heeds it."
    )
    preheader: Line = Field(
        default="", description="Shown behind the subject in a list of letters, nowhere else. Liquid."
    )
    width: int = Field(default=600, ge=320, le=800, description="Pixels.")
    background: Colour = Field(default="#f4f4f4", description="Around the letter.")
    paper: Colour = Field(default="#ffffff", description="Of the letter.")
    color: Colour = Field(default="#222222", description="Of text.")
    accent: Colour = Field(default="#0b57d0", description="Of links and buttons.")
    font: Font = "sans"
    font_size: int = Field(default=16, ge=12, le=24, description="Pixels.")


class Heading(Shape):
    """A heading: words, no HTML."""

    type: Literal["heading"]
    text: Line
    level: int = Field(default=1, ge=1, le=3)
    align: Align = "left"
    color: Colour | None = None


class Text(Shape):
    """Paragraphs, lists and links, in a small part of HTML."""

    type: Literal["text"]
    html: Annotated[str, StringConstraints(max_length=LONGEST_TEXT)] = Field(
        description="p br strong b em i u s sub sup code a ul ol li blockquote span; Liquid."
    )
    align: Align = "left"
    font_size: int | None = Field(
        default=None, ge=10, le=40, description="Pixels; else that of the settings."
    )
    color: Colour | None = None


class Image(Shape):
    """A picture, as a link where `link` is given."""

    type: Literal["image"]
    src: Source
    alt: Line = Field(description="What it says, for those who do not see it; empty for mere decoration.")
    link: Link | None = None
    width: int | None = Field(
        default=None, ge=1, le=800, description="Pixels; else as wide as there is room."
    )
    align: Align = "center"


class Button(Shape):
    """A link that is to be noticed."""

    type: Literal["button"]
    text: Line
    link: Link
    align: Align = "center"
    color: Colour | None = Field(default=None, description="Of the button; else the accent.")
    text_color: Colour = "#ffffff"


class Divider(Shape):
    """A line across."""

    type: Literal["divider"]
    color: Colour = "#cccccc"
    thickness: int = Field(default=1, ge=1, le=20, description="Pixels.")


class SocialLink(Shape):
    """Where else the sender is found. Without `icon` the label stands as a word: nothing is loaded from anywhere."""

    label: Line = Field(description="`Mastodon`; also what is read out in place of the icon.")
    link: Link
    icon: Source | None = Field(default=None, description="A picture of your own, as uploaded.")


class Social(Shape):
    """Links to where else the sender is found, in one row."""

    type: Literal["social"]
    links: list[SocialLink] = Field(min_length=1, max_length=12)
    align: Align = "center"


Simple = Annotated[
    Heading | Text | Image | Button | Divider | Social, Field(discriminator="type", description="A block.")
]


class Column(Shape):
    """One column of several."""

    blocks: list[Simple] = Field(max_length=50)
    width: int | None = Field(
        default=None, ge=5, le=95, description="Percent. Given for every column, together 100; or for none."
    )


class Columns(Shape):
    """Columns side by side; one below the other on a narrow screen."""

    type: Literal["columns"]
    columns: list[Column] = Field(min_length=2, max_length=4)


class Footer(Shape):
    """Who sends this, and how to end it."""

    type: Literal["footer"]
    text: Annotated[str, StringConstraints(max_length=5000)] = Field(
        default="",
        description="Words, no HTML: name and postal address of the sender. Lines are kept. Liquid.",
    )
    unsubscribe: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(
        default="Unsubscribe", description="The words of the link that ends the mail."
    )
    view: Line | None = Field(
        default=None, description="The words of a link that shows the letter in a browser, if wanted."
    )
    align: Align = "center"


Block = Annotated[
    Heading | Text | Image | Button | Divider | Social | Columns | Footer,
    Field(discriminator="type", description="A block."),
]


class Design(Shape):
    """A letter as blocks, from top to bottom."""

    version: Literal[1] = 1
    settings: Settings = Field(default_factory=Settings)
    blocks: list[Block] = Field(max_length=200)
