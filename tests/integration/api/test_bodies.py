"""Bodies, addresses and headers that are no good: each is told what is wrong, none meets the database."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from penstock.api.problems import Problem
from penstock.api.reading import DEEPEST, unfit
from tests.examples import examples
from tests.integration.api.test_frame import problem

LONE = "\ud800"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"{} {}", 400),
        (b"\xff\xfe", 400),
        (b'{"name": NaN}', 400),
        (b'{"name": 1e999}', 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 40 + b"1" + b"}" * 40, 422),
        (b"1" * 5000, 400),
        (b'{"name": "a\\u0000b"}', 422),
        (b'{"name": "a\\ud800b"}', 422),
        (b'{"a\\u0000b": 1}', 422),
        (b"null", 422),
        (b"[]", 422),
        (b'"text"', 422),
        (b"17", 422),
        (b'{"transport": 99999999999999999999}', 422),
        (b'{"transport": 1.5}', 422),
        (b'{"transport": true}', 422),
    ],
)
def test_bodies(api: Any, body: bytes, status: int) -> None:
    problem(api.post("/mailings", body), status)


def test_what_is_nested_far_too_deep_is_told_in_our_words(api: Any) -> None:
    said = problem(api.post("/mailings", b"[" * 100_000), 400)
    assert f"more than {DEEPEST} objects and arrays inside one another" in said["detail"]
    assert "recursion" not in said["detail"]


def test_where_the_bad_character_stands(api: Any) -> None:
    said = problem(api.post("/mailings", {"message": {"headers": {"a/b": ["x", "\0"]}}}), 422)
    assert said["errors"][0]["pointer"] == "#/message/headers/a~1b/1"


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml"]
)
def test_what_is_not_json(api: Any, kind: str) -> None:
    problem(api.post("/mailings", b"{}", Content_Type=kind), 415, "media_type")


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/merge-patch+json"])
def test_what_is_json(api: Any, kind: str) -> None:
    problem(api.post("/mailings", b"{}", Content_Type=kind), 422, "invalid")


@pytest.mark.parametrize(
    "number", ["0", "-1", "x", "2147483648", "99999999999999999999", "1.5", "%00", "\u0663", "1%0a", " 1"]
)
def test_numbers_in_addresses(api: Any, number: str) -> None:
    for path in (f"/mailings/{number}", f"/mailings/{number}/ledger"):
        assert api.get(path).status_code in (404, 422)
        problem(api.get(path), api.get(path).status_code)
    assert api.post(f"/mailings/{number}/pause").status_code in (404, 422)


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=1001", "limit=x", "limit=", "state=a%00b", "search=%00", "search=" + "x" * 201, "account=0",
     "account=99999999999", "archived=perhaps"],
)  # fmt: skip
def test_queries(api: Any, query: str) -> None:
    problem(api.get(f"/mailings?{query}"), 422)


def test_a_body_that_is_too_large_for_a_name(api: Any) -> None:
    problem(api.post("/mailings", {"name": "x" * 2_000_000}), 422)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=examples(60), deadline=None, suppress_health_check=list(HealthCheck))
@given(document=_json, path=st.sampled_from(["", "/1/submit", "/1/cancel", "/1/move", "/1/release-doubt"]))
def test_any_document_gets_an_answer_that_says_what_is_wrong(api: Any, document: Any, path: str) -> None:
    answer = api.post(f"/mailings{path}", json.dumps(document).encode("utf-8", "surrogatepass"))
    assert 400 <= answer.status_code < 500
    problem(answer, answer.status_code)


@given(_json)
def test_what_is_fit_can_be_written(document: Any) -> None:
    """`unfit` finds exactly what UTF-8 and PostgreSQL's text cannot hold."""
    found = unfit(document)
    try:
        text = json.dumps(document, ensure_ascii=False).encode().decode()
        assert (found is None) == ("\\u0000" not in text)
    except UnicodeEncodeError:
        assert found is not None


def test_how_deep_a_document_may_be() -> None:
    inner: Any = 1
    for _ in range(DEEPEST):
        inner = [inner]
    assert unfit(inner) is None
    assert unfit([inner]) is not None


def test_a_problem_has_a_title_for_any_status() -> None:
    assert Problem(418, "teapot", "short and stout").document()["title"] == "I'm a Teapot"
