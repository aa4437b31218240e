"""What messages are made of: templates in all their versions, and pictures."""

from datetime import datetime
from pathlib import Path
from typing import Any

from penstock.client.models import Model
from penstock.client.pages import Pages
from penstock.client.resource import Resource, told
from penstock.client.shapes import Message


class Template(Model):
    """A template, without its content."""

    id: int
    name: str
    channel: str
    subject: str
    version: int
    made_by: str
    created_at: datetime
    changed_at: datetime


class WholeTemplate(Template):
    """A template with its content, and what would keep a mailing of it from being submitted."""

    message: dict[str, Any]
    blockers: list[str]


class TemplateVersion(Model):
    """A version of a template."""

    version: int
    made_by: str
    at: datetime


class Picture(Model):
    """A picture; `url` is what messages name, `size` is in bytes."""

    id: int
    name: str
    url: str
    media_type: str
    width: int
    height: int
    size: int
    made_by: str
    created_at: datetime


class PictureUsers(Model):
    """Some of the mailings and templates that show a picture."""

    mailings: list[int]
    templates: list[int]


class Foreign(Model):
    """A character that forces UCS-2. `of_data`: it is of the recipient's attributes, not of the text."""

    character: str
    name: str
    place: int
    count: int
    replacement: str | None
    of_data: bool


class Short(Model):
    """A short message in its parts: `most` units fit into one, `left` more into the last."""

    coding: str
    language: str
    units: int
    most: int
    left: int
    parts: list[str]
    forcing: list[Foreign]


class Length(Short):
    """What a short message takes; `replaced` is the text with what looks alike in the default alphabet."""

    count: int
    replaced: str


class WholePicture(Picture):
    """A picture, and what shows it."""

    used_by: PictureUsers


class Templates(Resource):
    """`/templates`."""

    path = "/templates"

    def all(
        self, *, name: str | None = None, channel: str | None = None, limit: int | None = None
    ) -> Pages[Template]:
        """The templates of the account, by number; the one of this name, those of this channel."""
        return self._pages(Template, name=name, channel=channel, limit=limit)

    def create(
        self, name: str, message: Message | None = None, *, mailing: int | None = None, key: str | None = None
    ) -> WholeTemplate:  # fmt: skip
        """Make a template of a message, or of the message that a mailing has."""
        body = told(name=name, message=message, mailing=mailing)
        return self._one(WholeTemplate, "POST", body=body, key=key, once=True)

    def get(self, number: int, *, version: int | None = None) -> WholeTemplate:
        """One template with its content, as it is or as it was in this version."""
        return self._one(WholeTemplate, "GET", f"/{number}", query=told(version=version))

    def edit(
        self, number: int, *, name: str | None = None, message: Message | None = None, version: int | None = None
    ) -> WholeTemplate:  # fmt: skip
        """Change a template, also within the message; `version`: take the message of this one again."""
        return self._one(
            WholeTemplate, "PATCH", f"/{number}", body=told(name=name, message=message, version=version)
        )

    def delete(self, number: int) -> None:
        """Delete a template; mailings made from it stay."""
        self._ask("DELETE", f"/{number}")

    def versions(self, number: int, *, limit: int | None = None) -> Pages[TemplateVersion]:
        """The versions of a template, newest first."""
        return self._pages(TemplateVersion, f"/{number}/versions", limit=limit)


class Texts(Resource):
    """`/texts`."""

    path = "/texts"

    def length(self, text: str, values: dict[str, str] | None = None) -> Length:
        """Count the parts of a short message, with these values for its variables."""
        return self._one(Length, "POST", "/length", body=told(text=text, values=values))


class Pictures(Resource):
    """`/pictures`."""

    path = "/pictures"

    def all(self, *, limit: int | None = None) -> Pages[Picture]:
        """The pictures of the account, newest first."""
        return self._pages(Picture, limit=limit)

    def upload(self, file: Path | bytes, *, name: str | None = None) -> WholePicture:
        """Upload a picture; the same one uploaded again is the same one."""
        called = name or (file.name if isinstance(file, Path) else None)
        content = file.read_bytes() if isinstance(file, Path) else file
        headers = {"Content-Type": "application/octet-stream"}
        return self._one(WholePicture, "POST", content=content, query=told(name=called), headers=headers)

    def get(self, number: int) -> WholePicture:
        """One picture, and what shows it."""
        return self._one(WholePicture, "GET", f"/{number}")

    def delete(self, number: int, *, force: bool = False) -> None:
        """Delete a picture. Raises Refused (`picture_in_use`) while anything shows it, unless `force`."""
        self._ask("DELETE", f"/{number}", query=told(force="true" if force else None))
