"""Pictures over the API, and under the address that messages name."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from penstock.platform import environment
from tests.integration.api.conftest import Api
from tests.integration.api.test_frame import problem
from tests.unit.content.pictures import SECRET, drawn, saved, telling

LETTER = {"sender": "News <news@example.org>", "subject": "s", "text": "t"}


def upload(api: Api, data: bytes, name: str = "a.png", **headers: str) -> Any:
    return api.ask("POST", f"/pictures?name={name}", data, **({"Content_Type": "image/png"} | headers))


def took(answer: Any, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    return dict(answer.json())


def served(url: str, **headers: str) -> Any:
    """What anybody gets under the public address."""
    assert url.startswith(environment.base_url() + "/p/")
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Client(SERVER_NAME="127.0.0.1").get(urlsplit(url).path, headers=sent)


@pytest.mark.parametrize(
    ("kind", "media_type", "end"),
    [
        ("PNG", "image/png", "png"),
        ("JPEG", "image/jpeg", "jpg"),
        ("GIF", "image/gif", "gif"),
        ("WEBP", "image/webp", "webp"),
    ],
)
def test_a_picture_is_served_for_good_as_what_it_is(api: Api, kind: str, media_type: str, end: str) -> None:
    made = took(upload(api, telling(kind), "harbour.exe", Content_Type="application/octet-stream"), 201)
    assert (made["name"], made["media_type"], made["width"], made["height"]) == (
        "harbour.exe",
        media_type,
        40,
        30,
    )
    assert made["url"].endswith(f".{end}")
    answer = served(made["url"])
    assert (answer.status_code, answer["Content-Type"], len(answer.content)) == (
        200,
        media_type,
        made["size"],
    )
    assert SECRET not in answer.content
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    again = served(made["url"], If_None_Match=answer["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    other = "gif" if end != "gif" else "png"
    assert served(made["url"].replace(f".{end}", f".{other}")).status_code == 404
    assert served(made["url"].replace(f".{end}", "")).status_code == 404


def test_the_same_picture_is_kept_once(api: Api, bearer: Any, conn: Any) -> None:
    first = took(upload(api, saved("PNG"), "one.png"), 201)
    again = took(
        upload(api, telling("PNG", compress_level=6)[: -len(SECRET)], "two.png"), 201
    )  # its dpi differs
    same = took(upload(api, saved("PNG"), "three.png"))
    assert (same["id"], same["name"]) == (first["id"], "one.png")
    assert [each["id"] for each in took(api.get("/pictures"))["items"]] == [again["id"], first["id"]]
    conn.execute(
        "insert into account_account (id, name, zone, policy, created_at) values (2, 'other', 'UTC', '{}', now())"
    )
    theirs = took(upload(bearer("administrator", account=2), saved("PNG")), 201)
    assert theirs["url"] != first["url"]


def test_a_picture_that_is_shown_stays_unless_forced(api: Api) -> None:
    picture = took(upload(api, saved("PNG")), 201)
    listed = took(api.post("/lists", {"name": "l"}), 201)["id"]
    took(api.post("/transports", {"name": "t", "url": "smtp://127.0.0.1:1"}), 201)
    blocks = [{"type": "image", "src": picture["url"], "alt": ""}]
    message = {"sender": "a@example.org", "subject": "s", "design": {"blocks": blocks}}
    mailing = took(
        api.post("/mailings", {"name": "n", "message": message, "audience": {"list": listed}}), 201
    )
    template = took(
        api.post("/templates", {"name": "n", "message": {**LETTER, "html": f"<img src='{picture['url']}'>"}}),
        201,
    )
    path = f"/pictures/{picture['id']}"
    users = {"mailings": [mailing["id"]], "templates": [template["id"]]}
    assert took(api.get(path))["used_by"] == users
    told = problem(api.delete(path), 409, "picture_in_use")
    assert {name: told[name] for name in users} == users
    took(api.patch(f"/templates/{template['id']}", {"message": {"html": "<p>none</p>"}}))
    assert took(api.get(path))["used_by"] == {"mailings": [mailing["id"]], "templates": []}
    assert api.delete(f"{path}?force=true").status_code == 204
    assert served(picture["url"]).status_code == 404
    problem(api.get(path), 404, "not_found")
    spare = took(upload(api, saved("GIF")), 201)
    assert api.delete(f"/pictures/{spare['id']}").status_code == 204


def test_what_is_no_picture_is_refused(api: Api, bearer: Any) -> None:
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    assert "Export it as PNG" in problem(upload(api, svg), 422, "picture_invalid")["detail"]
    problem(upload(api, b"GIF89a"), 422, "picture_invalid")
    problem(upload(api, saved("PNG")[:-30]), 422, "picture_invalid")
    problem(upload(api, saved("PNG", drawn(10_001, 1))), 422, "picture_invalid")
    told = problem(upload(api, saved("PNG") + bytes(5_000_000)), 413, "too_large")
    assert "5,000,000" in told["detail"]
    problem(upload(api, saved("PNG"), Content_Type="text/html"), 415, "media_type")
    problem(upload(bearer("approver"), saved("PNG")), 403, "forbidden")
    assert took(api.get("/pictures"))["items"] == []


def test_other_addresses_lead_nowhere(closing: None) -> None:
    for path in (
        "/p/",
        "/p/x.png",
        "/p/" + "0" * 32 + ".png",
        "/p/..%2f.png",
        "/p/%00.png",
        "/p/" + "a" * 5000,
    ):
        assert Client(SERVER_NAME="127.0.0.1").get(path).status_code == 404, path
