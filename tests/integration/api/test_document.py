"""The OpenAPI document: whole, with examples that are true."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture
def document(stranger: Any, closing: None) -> dict[str, Any]:
    """As a stranger gets it."""
    answer = stranger.get("/openapi.json")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    return dict(answer.json())


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert method in METHODS
            yield f"{method} {path}", operation


def test_the_document_is_openapi(document: dict[str, Any]) -> None:
    import schemathesis

    schema = schemathesis.openapi.from_dict(document)
    assert schema.specification.version.startswith("3.1")
    names = [operation["operationId"] for _, operation in operations(document)]
    assert len(names) == len(set(names))


def test_every_operation_says_what_it_does_and_how_it_says_no(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        assert operation["description"].strip(), name
        assert operation["summary"].strip(), name
        assert operation["security"] == [{"Token": []}], name
        answers = set(operation["responses"])
        assert {"400", "401", "403", "422", "429", "503"} - answers <= {"422"}, name
        assert "500" not in answers
        if "{" in name:
            assert "404" in answers, name
        if "requestBody" in operation:
            assert {"413", "415", "422"} <= answers, name
        assert "x-penstock" not in operation


def test_every_request_and_every_answer_has_an_example(document: dict[str, Any]) -> None:
    missing = []
    for name, operation in operations(document):
        contents = [("request", operation.get("requestBody", {}).get("content", {}))]
        contents += [(status, answer.get("content", {})) for status, answer in operation["responses"].items()]
        missing += [
            f"{name} {what} {kind}"
            for what, content in contents
            for kind, shape in content.items()
            if "example" not in shape and "multipart" not in kind
        ]
    assert not missing


def test_the_examples_are_true_to_their_schemas(document: dict[str, Any]) -> None:
    wrong = []
    for name, operation in operations(document):
        contents = [operation.get("requestBody", {}).get("content", {})]
        contents += [answer.get("content", {}) for answer in operation["responses"].values()]
        for content in contents:
            for shape in content.values():
                if "example" in shape:
                    schema = {**shape["schema"], "components": document["components"]}
                    wrong += [f"{name}: {error}" for error in _errors(schema, shape["example"])]
    assert not wrong


def _errors(schema: dict[str, Any], example: Any) -> list[str]:
    validator = jsonschema_rs.Draft202012Validator(schema)
    return [str(error)[:300] for error in validator.iter_errors(example)]


def test_no_two_shapes_have_one_name(closing: None) -> None:
    """One would silently stand for the other in the document."""
    from penstock.api.app import api

    named: dict[str, set[str]] = defaultdict(set)
    for router in api._get_bound_routers():
        for view in router.path_operations.values():
            for operation in view.operations:
                shapes = [*operation.models, *filter(None, operation.response_models.values())]
                for shape in shapes:
                    for each in _classes(shape):
                        named[each.__name__].add(f"{each.__module__}.{each.__qualname__}")
    assert {"Mailing", "Plan", "Figures"} <= named.keys()
    assert {name: where for name, where in named.items() if len(where) > 1} == {}


def _classes(shape: Any, seen: set[Any] | None = None) -> set[Any]:
    """The models that a model is made of, but for ninja's own wrappers."""
    from typing import get_args

    from pydantic import BaseModel

    seen = set() if seen is None else seen
    waiting = [shape]
    while waiting:
        each = waiting.pop()
        waiting += get_args(each)
        if isinstance(each, type) and issubclass(each, BaseModel) and each not in seen:
            seen.add(each)
            waiting += [field.annotation for field in each.model_fields.values()]
    return {each for each in seen if each.__module__.startswith("penstock.")}


def test_who_takes_a_key_says_so_and_marks_repeated_answers(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        headers = {each["name"] for each in operation.get("parameters", []) if each["in"] == "header"}
        for status, answer in operation["responses"].items():
            marked = "Idempotent-Replayed" in answer.get("headers", {})
            assert marked == (status < "300" and "Idempotency-Key" in headers), (name, status)


def test_strangers_cannot_write_to_the_document(stranger: Any, closing: None) -> None:
    answer = stranger.post("/openapi.json")
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD"
