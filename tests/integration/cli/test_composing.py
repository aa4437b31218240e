"""Templates, designs and pictures on the command line, from a file to what arrives."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.integration.cli.conftest import Ran, sending
from tests.unit.content.pictures import SECRET, saved, telling

Cli = Callable[..., Ran]
DESIGN = {
    "version": 1,
    "blocks": [
        {"type": "heading", "text": "Hello {{ first_name }}"},
        {"type": "text", "html": "<p>Read <a href='https://example.org/news'>this</a>.</p>"},
        {"type": "footer", "text": "Example Ltd", "view": "View in a browser"},
    ],
}


def test_a_design_in_a_file_arrives_as_a_letter(
    cli: Cli, people: Callable[..., Path], catcher: Callable[..., Any], tmp_path: Path
) -> None:
    file, mails = people(2), catcher()
    (tmp_path / "body.json").write_text(json.dumps(DESIGN))
    arguments = sending(file, mails.url)
    arguments[arguments.index("--html") + 1] = "body.json"
    assert json.loads(cli(*arguments, "--json").stdout)["accepted"] == 2
    letter = mails.one("reader1@example.net")
    parts = {
        part.get_content_type(): part.get_payload(decode=True).decode()
        for part in letter.walk()
        if not part.is_multipart()
    }
    assert "Hello Ann 1" in parts["text/html"]
    assert "Hello Ann 1" in parts["text/plain"]
    assert "/v/1-" in parts["text/html"]
    told = cli("mailing", "edit", "1", "--html", "body.json", status=2).stderr
    assert "refused" in told  # it is over
    wrong = {"blocks": [{"type": "button", "text": "x", "link": "javascript:alert(1)"}]}
    for content, words in (
        (json.dumps(wrong), "design/blocks/0/link"),
        ("[1]", "is no design"),
        ("{", "is not JSON"),
        ("[" * 100_000, "objects and arrays inside one another"),
    ):
        (tmp_path / "body.json").write_text(content)
        assert words in cli(*arguments, status=2).stderr


def test_a_template_is_kept_changed_taken_again_and_used(
    cli: Cli, people: Callable[..., Path], tmp_path: Path
) -> None:
    file = people(1)
    cli("contacts", "import", str(file), "--list", "readers")
    made = json.loads(
        cli(
            "template",
            "create",
            "monthly",
            "--from",
            "a@example.org",
            "--subject",
            "One",
            "--html",
            "body.html",
            "--json",
        ).stdout
    )
    assert (made["id"], made["version"]) == (1, 1)
    cli("template", "edit", "monthly", "--subject", "Two")
    cli("template", "edit", "1", "--version", "1", "--name", "weekly")
    shown = json.loads(cli("template", "show", "weekly", "--json").stdout)
    assert (shown["subject"], shown["version"], [each["version"] for each in shown["versions"]]) == (
        "One",
        3,
        [3, 2, 1],
    )
    assert "Subject: Two" in cli("template", "show", "weekly", "--version", "2").stdout
    draft = json.loads(
        cli("template", "use", "weekly", "--list", "readers", "--via", "smtp://127.0.0.1:1", "--json").stdout
    )
    assert draft == {"mailing": 1, "state": "draft", "template": 1, "version": 3}
    cli("template", "create", "of a mailing", "--mailing", "1")
    cli("template", "create", "short", "--sms", "--from", "Example", "--text", "body.html")
    assert (
        "carries e-mail, and this mailing goes by SMS"
        in cli(
            "template", "use", "short", "--list", "readers", "--via", "smtp://127.0.0.1:1", status=2
        ).stderr
    )
    assert [each["name"] for each in json.loads(cli("template", "list", "--json").stdout)] == [
        "weekly",
        "of a mailing",
        "short",
    ]
    assert "There is a template" in cli("template", "edit", "2", "--name", "short", status=2).stderr
    assert "There are: 'weekly'" in cli("template", "show", "monthly", status=2).stderr
    assert "--yes" in cli("template", "delete", "weekly", status=2).stderr
    cli("template", "delete", "weekly", "--yes")
    assert json.loads(cli("mailing", "show", "1", "--json").stdout)["state"] == "draft"


def test_pictures_are_uploaded_listed_and_deleted(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(telling("JPEG"))
    (tmp_path / "b.gif").write_bytes(saved("GIF"))
    (tmp_path / "c.png").write_bytes(b"no picture")
    (tmp_path / "d.png").write_bytes(saved("PNG") + bytes(5_000_000))
    added = cli("picture", "add", "a.jpg", "b.gif")
    assert "is not public" in added.stderr
    first, second = added.stdout.split()
    assert first.startswith("http://127.0.0.1:8025/p/")
    assert (first[-4:], second[-4:]) == (".jpg", ".gif")
    again = json.loads(cli("picture", "add", "a.jpg", "--json").stdout)
    assert (again[0]["url"], again[0]["size"] < len(telling("JPEG")) - 2 * len(SECRET)) == (first, True)
    assert "c.png: This is no PNG" in cli("picture", "add", "c.png", status=2).stderr
    assert "5,000,000" in cli("picture", "add", "d.png", status=2).stderr
    (tmp_path / "letter.html").write_text(f"<img src='{first}' alt=''>")
    cli("template", "create", "t", "--from", "a@example.org", "--subject", "s", "--html", "letter.html")
    assert "is shown by templates 1" in cli("picture", "delete", "1", status=2).stderr
    cli("picture", "delete", "1", "--force")
    assert [each["url"] for each in json.loads(cli("picture", "list", "--json").stdout)] == [second]
