"""The Python client and the OpenAPI document, held together: every operation has a method, and each asks and reads as documented."""

import inspect
import io
import json
import re
from datetime import UTC, datetime
from typing import Any

import httpx
import jsonschema_rs
import pytest
from pydantic import BaseModel

from penstock.client import Pages, Penstock

PLAN = {"kind": "at", "at": "2030-12-01T09:00", "zone": "Europe/Paris"}
MESSAGE = {"sender": "News <news@example.org>", "subject": "s", "text": "t"}
WHEN = {"at": "2030-12-01T09:00", "zone": "Europe/Paris", "fold": "first", "ends_at": "2030-12-02T09:00"}
PACE = {"local": True, "batches": {"size": 5000}, "interval": "1h"}
EVERY = {"confirm": True, "dry_run": True, "expected_version": 3, "key": "k"}
LATER = datetime(2030, 12, 1, 9, tzinfo=UTC)

CALLS: dict[str, tuple[str, tuple[Any, ...], dict[str, Any]]] = {
    "show_me": ("me", (), {}),
    "show_board": ("board", (), {}),
    "show_queue": ("queue", (), {}),
    "list_journal": ("journal", (), {"limit": 5}),
    "list_mailings": ("mailings.all", (), {"state": ["draft", "sent"], "search": "news", "tag": "spring", "archived": True, "limit": 5}),
    "create_mailing": ("mailings.create", ("n", MESSAGE, {"list": 3, "not_reached_by": [5]}), {"template": 2, "transport": 1, "plan": PLAN, "options": {"rate": 5}, "key": "k"}),
    "show_mailing": ("mailings.get", (7,), {}),
    "edit_mailing": ("mailings.edit", (7,), {"name": "n", "message": {"html": None}, "message_from": {"mailing": 5, "number": 2}, "audience": {"list": 3}, "transport": 1, "plan": PLAN, "options": {}, "dry_run": True, "expected_version": 3, "key": "k"}),
    "tag_mailing": ("mailings.tag", (7, ["newsletter", "spring"]), {}),
    "add_step": ("mailings.add_step", (7, "n", MESSAGE), {"template": 2, "delay": "2d", "audience": {"condition": "opened", "list": 3}, "follows": 7, "transport": 1, "options": {"rate": 5}, "key": "k"}),
    "show_chain": ("mailings.chain", (7,), {}),
    "delete_mailing": ("mailings.delete", (7,), {"steps": 2, "dry_run": True, "expected_version": 3, "key": "k"}),
    "show_journal": ("mailings.journal", (7,), {"limit": 5}),
    "list_revisions": ("mailings.revisions", (7,), {"limit": 5}),
    "show_revision": ("mailings.revision", (7, 3), {}),
    "list_packages": ("mailings.packages", (7,), {"limit": 5}),
    "show_timeline": ("mailings.timeline", (7,), {}),
    "foresee_timeline": ("mailings.foresee", (7, PLAN), {}),
    "show_forecast": ("mailings.forecast", (7, "cancel"), {"prepared": "deliver"}),
    "show_analysis": ("mailings.analysis", (7,), {}),
    "analyse_mailing": ("mailings.analyse", (7,), {"links": True}),
    "cancel_analysis": ("mailings.cancel_analysis", (7,), {}),
    "list_cases": ("mailings.cases", (7, 31), {"limit": 5}),
    "show_ledger": ("mailings.ledger", (7,), {"state": "bounced", "reason": "5.1.1", "limit": 5}),
    "test_mailing": ("mailings.test", (7, ["a@x.example"]), {"as_whom": 12, "prefix": "p", "key": "k"}),
    "list_tests": ("mailings.tests", (7,), {"limit": 5}),
    "list_recipients": ("mailings.recipients", (7, "ann"), {"limit": 5}),
    "show_first_preview": ("mailings.first_preview", (7,), {"case": 4, "worst": True}),
    "show_preview": ("mailings.preview", (7, 12), {"case": 4, "worst": True}),
    "submit_mailing": ("mailings.submit", (7,), {"plan": PLAN, "reason": "r", **EVERY}),
    "approve_mailing": ("mailings.approve", (7,), {"digest": "d", "without_analysis": True, **EVERY}),
    "validate_mailing": ("mailings.validate", (7,), {"digest": "d", **EVERY}),
    "edit_plan_mailing": ("mailings.edit_plan", (7,), {"plan": PLAN, **WHEN, **PACE, **EVERY}),
    "reject_mailing": ("mailings.reject", (7, "r"), {"ground": "conduct", **EVERY}),
    "withdraw_mailing": ("mailings.withdraw", (7,), EVERY),
    "revise_mailing": ("mailings.revise", (7,), EVERY),
    "send_now_mailing": ("mailings.send_now", (7,), EVERY),
    "undo_mailing": ("mailings.undo", (7,), EVERY),
    "schedule_mailing": ("mailings.schedule", (7,), {"plan": PLAN, **WHEN, **PACE, **EVERY}),
    "enqueue_mailing": ("mailings.enqueue", (7,), EVERY),
    "move_mailing": ("mailings.move", (7, 1), {"queue_version": 4, **EVERY}),
    "park_mailing": ("mailings.park", (7,), EVERY),
    "unschedule_mailing": ("mailings.unschedule", (7,), EVERY),
    "pause_mailing": ("mailings.pause", (7,), {"reason": "r", **EVERY}),
    "resume_mailing": ("mailings.resume", (7,), {**WHEN, **EVERY}),
    "cancel_mailing": ("mailings.cancel", (7, "r"), {"prepared": "drop", **EVERY}),
    "send_rest_mailing": ("mailings.send_rest", (7,), {"plan": PLAN, "ends_at": "2030-12-02T09:00", **EVERY}),
    "unlock_mailing": ("mailings.unlock", (7, "r"), EVERY),
    "release_doubt_mailing": ("mailings.release_doubt", (7, [4, 5]), EVERY),
    "copy_mailing": ("mailings.copy", (7,), {"chain": True, **EVERY}),
    "fix_rest_mailing": ("mailings.fix_rest", (7,), {"prepared": "deliver", **EVERY}),
    "archive_mailing": ("mailings.archive", (7,), EVERY),
    "show_report": ("mailings.report", (7,), {}),
    "list_links": ("mailings.links", (7,), {"limit": 5}),
    "list_mailing_events": ("mailings.events", (7,), {"kind": "clicked", "limit": 5}),
    "export_mailing": ("mailings.export", (7, io.BytesIO()), {"form": "jsonl"}),
    "list_reports": ("reports.all", (), {"limit": 5}),
    "compare_mailings": ("reports.compare", ([7, 8],), {"chain": 7}),
    "list_contacts": ("contacts.all", (), {"list": 3, "address": "a@x.example", "limit": 5}),
    "create_contact": ("contacts.create", ("a@x.example", {"n": "1"}, [3]), {"key": "k"}),
    "show_contact": ("contacts.get", (12,), {}),
    "edit_contact": ("contacts.edit", (12,), {"address": "a@x.example", "attributes": {"n": None}}),
    "erase_contact": ("contacts.erase", (12,), {"keep_out": True}),
    "show_story": ("contacts.story", (12,), {"limit": 5}),
    "export_contact": ("contacts.data", (12, io.BytesIO()), {}),
    "list_erasures": ("erasures.all", (), {"limit": 5}),
    "create_erasure": ("erasures.create", (["a@x.example"],), {"keep_out": True}),
    "show_erasure": ("erasures.get", (2,), {}),
    "list_lists": ("lists.all", (), {"name": "n", "limit": 5}),
    "create_list": ("lists.create", ("n",), {"public": True, "title": "t", "description": "d", "key": "k"}),
    "show_list": ("lists.get", (3,), {}),
    "edit_list": ("lists.edit", (3,), {"name": "n", "public": True, "title": "t", "description": "d"}),
    "delete_list": ("lists.delete", (3,), {}),
    "join_list": ("lists.join", (3, 12), {}),
    "leave_list": ("lists.leave", (3, 12), {}),
    "list_segments": ("segments.all", (), {"name": "n", "limit": 5}),
    "create_segment": ("segments.create", ("n", "everybody"), {"key": "k"}),
    "show_segment": ("segments.get", (2,), {}),
    "edit_segment": ("segments.edit", (2,), {"name": "n", "definition": {"any": [{"list": 3}, {"did": "opened", "mailing": 7}]}, "version": 1}),
    "delete_segment": ("segments.delete", (2,), {}),
    "count_segment": ("segments.count", (2,), {"seconds": 5.0, "first": 3}),
    "count_contacts": ("segments.try_out", ("everybody",), {"seconds": 5.0, "first": 3}),
    "list_indexes": ("segments.indexes", (), {}),
    "create_index": ("segments.index", ("age", "number"), {"key": "k"}),
    "drop_index": ("segments.drop_index", (1,), {}),
    "list_events": ("events.all", (), {"contact": 12, "limit": 5}),
    "tell_events": ("events.tell", ([{"name": "purchase", "address": "a@x.example", "at": "2026-01-01T00:00:00Z", "data": {"amount": 5}, "key": "k"}],), {}),
    "list_orders": ("orders.all", (), {"mailing": 7, "contact": 12, "key": "4711", "limit": 5}),
    "tell_orders": ("orders.tell", ([{"key": "4711", "address": "a@x.example", "amount": "20.50", "currency": "EUR", "at": "2026-01-01T00:00:00Z", "data": {"n": 5}}],), {}),
    "cancel_orders": ("orders.cancel", (["4711"],), {}),
    "list_imports": ("imports.all", (), {"limit": 5}),
    "create_import": ("imports.create", (b"email\na@x.example\n",), {"name": "n.csv", "list": "n", "address_column": "c", "key": "k"}),
    "show_import": ("imports.get", (4,), {}),
    "list_import_problems": ("imports.problems", (4,), {"limit": 5}),
    "list_bounces": ("bounces.all", (), {"mailing": 7, "address": "a@x.example", "limit": 5}),
    "list_received_messages": ("inbox.all", (), {"number": "+33612345678", "limit": 5}),
    "list_suppressions": ("suppressions.all", (), {"reason": "manual", "address": "a@x.example", "limit": 5}),
    "create_suppression": ("suppressions.create", ("a@x.example", "complaint"), {"key": "k"}),
    "show_suppression": ("suppressions.get", (5,), {}),
    "lift_suppression": ("suppressions.lift", (5,), {}),
    "list_templates": ("templates.all", (), {"name": "n", "channel": "sms", "limit": 5}),
    "create_template": ("templates.create", ("n", MESSAGE), {"mailing": 7, "key": "k"}),
    "show_template": ("templates.get", (2,), {"version": 1}),
    "edit_template": ("templates.edit", (2,), {"name": "n", "message": {"html": None}, "version": 1}),
    "delete_template": ("templates.delete", (2,), {}),
    "measure_text": ("texts.length", ("It’s {{ a }}", {"a": "b"}), {}),
    "list_template_versions": ("templates.versions", (2,), {"limit": 5}),
    "list_pictures": ("pictures.all", (), {"limit": 5}),
    "upload_picture": ("pictures.upload", (b"GIF89a",), {"name": "n.gif"}),
    "show_picture": ("pictures.get", (5,), {}),
    "delete_picture": ("pictures.delete", (5,), {"force": True}),
    "list_transports": ("transports.all", (), {}),
    "create_transport": ("transports.create", ("n",), {"servers": [{"url": "smtp://127.0.0.1", "weight": 2, "rate": 5.0}]}),
    "show_transport": ("transports.get", (1,), {}),
    "edit_transport": ("transports.edit", (1,), {"name": "n", "servers": [{"id": 3, "enabled": False}, {"url": "smtp://127.0.0.1"}]}),
    "delete_transport": ("transports.delete", (1,), {}),
    "show_transport_health": ("transports.health", (1,), {}),
    "list_provider_hooks": ("transports.hooks", (1,), {}),
    "make_provider_hook": ("transports.make_hook", (1, "mailgun"), {"key": "k"}),
    "edit_provider_hook": ("transports.edit_hook", (1, "mailgun", "k"), {}),
    "remove_provider_hook": ("transports.remove_hook", (1, "mailgun"), {}),
    "try_transport": ("transports.test", (1,), {"server": 3}),
    "list_mailboxes": ("mailboxes.all", (), {}),
    "create_mailbox": ("mailboxes.create", ("n", "imaps://b:c@imap.example.org"), {"afterwards": "move", "done_folder": "Done"}),
    "show_mailbox": ("mailboxes.get", (1,), {}),
    "edit_mailbox": ("mailboxes.edit", (1,), {"name": "n", "folder": "F", "afterwards": "seen", "enabled": False}),
    "delete_mailbox": ("mailboxes.delete", (1,), {}),
    "read_mailbox": ("mailboxes.read", (1,), {}),
    "list_strays": ("strays.all", (), {"limit": 5}),
    "show_stray": ("strays.get", (5,), {}),
    "discard_stray": ("strays.discard", (5,), {}),
    "list_domains": ("domains.all", (), {}),
    "create_domain": ("domains.create", ("example.org",), {"spf": "mx", "return_host": "bounce", "return_target": "mx.example.org"}),
    "show_domain": ("domains.get", (1,), {}),
    "edit_domain": ("domains.edit", (1,), {"spf": "mx", "return_host": "bounce", "return_target": "mx.example.org"}),
    "delete_domain": ("domains.delete", (1,), {}),
    "check_domain": ("domains.check", (1,), {}),
    "create_domain_key": ("domains.make_key", (1, "rsa"), {}),
    "delete_domain_key": ("domains.delete_key", (1, "ps1-k7q2"), {}),
    "list_tokens": ("tokens.all", (), {"revoked": True}),
    "create_token": ("tokens.create", ("n", ["contacts:read"]), {"person": 1, "expires_at": LATER, "rate": 5.0, "burst": 9}),
    "show_token": ("tokens.get", (2,), {}),
    "revoke_token": ("tokens.revoke", (2,), {}),
    "list_people": ("people.all", (), {}),
    "create_person": ("people.create", ("a@x.example", ["author"]), {"name": "A"}),
    "show_person": ("people.get", (1,), {}),
    "set_roles": ("people.set_roles", (1, ["author"]), {}),
    "remove_person": ("people.remove", (1,), {}),
    "list_policies": ("policies.all", (), {}),
    "change_policies": ("policies.change", ({"four_eyes": "on", "late_gate": None},), {}),
    "list_credits": ("credits.all", (), {}),
    "list_credit_entries": ("credits.entries", (), {"channel": "email", "limit": 5}),
    "show_credit_entry": ("credits.entry", (9,), {}),
    "top_up_credits": ("credits.top_up", (500,), {"channel": "email", "note": "Paid.", "reference": "invoice 7", "key": "k"}),
    "list_credit_mailings": ("credits.mailings", (), {"channel": "email"}),
    "show_credit_forecast": ("credits.forecast", (), {}),
    "list_limits": ("limits.all", (), {}),
    "put_limit": ("limits.put", ("domain", "x.example"), {"rate": "1000/h", "connections": 5}),
    "show_limit": ("limits.get", (1,), {}),
    "remove_limit": ("limits.remove", (1,), {}),
    "list_spared": ("limits.spared", (), {}),
    "show_rate": ("mailings.speed", (7,), {}),
    "rate_mailing": ("mailings.rate", (7, "50/s"), {"connections": 4}),
    "list_switches": ("switches.all", (), {"lifted": True}),
    "put_switch": ("switches.put", ("domain", "r"), {"value": "x.example", "expires_at": LATER}),
    "show_switch": ("switches.get", (1,), {}),
    "lift_switch": ("switches.lift", (1, "r"), {}),
    "list_webhooks": ("webhooks.all", (), {}),
    "create_webhook": ("webhooks.create", ("https://x.example", ["mailing.finished"]), {"description": "d"}),
    "show_webhook": ("webhooks.get", (1,), {}),
    "edit_webhook": ("webhooks.edit", (1,), {"url": "https://x.example", "events": [], "description": "d", "enabled": False}),
    "delete_webhook": ("webhooks.delete", (1,), {}),
    "rotate_webhook_secret": ("webhooks.rotate_secret", (1,), {}),
    "try_webhook": ("webhooks.test", (1,), {}),
    "list_deliveries": ("webhooks.deliveries", (1,), {"state": "failed", "limit": 5}),
    "show_delivery": ("webhooks.delivery", (1, 9), {}),
    "redeliver": ("webhooks.redeliver", (1, 9), {}),
    "list_notices": ("notices.all", (), {"unread": True, "mailing": 7, "limit": 5}),
    "mark_notices_read": ("notices.mark_read", ([3],), {}),
    "show_notice_settings": ("notices.settings", (), {}),
    "put_notice_settings": ("notices.put_settings", (), {"transport": None, "sender": None}),
}  # fmt: skip
"""By operation: the client's method, called with everything that it takes."""

BESIDES = {"close", "reports.csv", "mailings.ledger_csv", "mailings.preview_html", "mailings.preview_source"}
"""Methods that are no operation of their own."""


@pytest.fixture(scope="module")
def document(module_database: str) -> dict[str, Any]:
    import django

    django.setup()
    from penstock.api.urls import document as written

    return dict(json.loads(written()))


def operations(document: dict[str, Any]) -> dict[str, tuple[str, str, dict[str, Any]]]:
    return {
        operation["operationId"]: (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in ("get", "post", "put", "patch", "delete")
    }


class Server(httpx.BaseTransport):
    """Answers one operation with its documented example, and refuses what the document does not allow."""

    def __init__(self, document: dict[str, Any], name: str) -> None:
        self.document, self.asked = document, 0
        self.method, self.path, self.operation = operations(document)[name]
        self.status = next(status for status in self.operation["responses"] if status.startswith("2"))
        self.content = self.operation["responses"][self.status].get("content", {})

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        pattern = re.sub(r"{\w+}", r"[0-9a-z-]+", self.path)
        assert request.method == self.method
        assert re.fullmatch(pattern, request.url.path), request.url
        self._check_parameters(request)
        self._check_body(request.read(), request.headers.get("Content-Type"))
        kind, said = next(iter(self.content.items()), ("", {}))
        example = said.get("example")
        body = (
            example.encode()
            if isinstance(example, str)
            else b""
            if example is None
            else json.dumps(example).encode()
        )
        return httpx.Response(int(self.status), content=body, headers={"Content-Type": kind})

    def _check_parameters(self, request: httpx.Request) -> None:
        known = {(each["in"], each["name"]): each for each in self.operation.get("parameters", [])}
        query = {name: request.url.params.get_list(name) for name in request.url.params}
        assert {("query", name) for name in query} <= known.keys(), request.url
        for name, values in query.items():
            self._valid(known["query", name]["schema"], values)
        documented = {name for place, name in known if place == "header"}
        for name in ("If-Match", "Idempotency-Key"):
            assert (name in request.headers) <= (name in documented), name
        required = {
            name for (place, name), each in known.items() if place == "query" and each.get("required")
        }
        assert required <= query.keys()

    def _valid(self, schema: dict[str, Any], values: list[str]) -> None:
        kinds = {
            "integer": int,
            "number": float,
            "boolean": lambda text: {"true": True, "false": False}[text],
        }
        read = kinds.get(schema.get("type", ""), str)
        listed = schema.get("type") == "array" or any(
            each.get("type") == "array" for each in schema.get("anyOf", [])
        )
        if listed:
            read = kinds.get(schema.get("items", {}).get("type", ""), str)
        jsonschema_rs.validate(self._whole(schema), [read(v) for v in values] if listed else read(values[0]))

    def _check_body(self, body: bytes, kind: str | None) -> None:
        documented = self.operation.get("requestBody")
        if documented is None:
            assert not body
            return
        schema = documented["content"][kind]["schema"]
        jsonschema_rs.validate(
            self._whole(schema), json.loads(body) if kind == "application/json" else body.decode()
        )

    def _whole(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {**schema, "components": self.document["components"]}


def called(client: Penstock, name: str) -> Any:
    method, args, given = CALLS[name]
    target: Any = client
    for part in method.split("."):
        target = getattr(target, part)
    answer = target(*args, **given)
    return list(answer) if isinstance(answer, Pages) else answer


def members(document: dict[str, Any], schema: dict[str, Any]) -> set[str]:
    """The members of what an answer shows; of what is in its items, for a page."""
    found = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]["properties"]
    return members(document, found["items"]["items"]) if "next_cursor" in found else set(found)


def test_every_operation_has_a_method_and_every_method_an_operation(document: dict[str, Any]) -> None:
    assert CALLS.keys() == operations(document).keys()
    client = Penstock("http://127.0.0.1:9", "pst_x")
    methods = {name for name, _ in inspect.getmembers(client, inspect.ismethod)}
    for part, resource in vars(client).items():
        if not part.startswith("_"):
            methods |= {f"{part}.{name}" for name, _ in inspect.getmembers(resource, inspect.ismethod)}
    assert {name for name in methods if "_" not in (name[0], name.partition(".")[2][:1])} == {
        method for method, _, _ in CALLS.values()
    } | BESIDES


@pytest.mark.parametrize("name", CALLS)
def test_a_method_asks_and_reads_as_the_document_says(document: dict[str, Any], name: str) -> None:
    server = Server(document, name)
    with Penstock("http://127.0.0.1:9", "pst_x", account=3, transport=server) as client:
        answer = called(client, name)
    assert server.asked == 1
    shown = answer[0] if isinstance(answer, list | tuple) else answer
    schema = next(iter(server.content.values()), {}).get("schema", {})
    if isinstance(shown, BaseModel):
        assert {field.alias or name for name, field in type(shown).model_fields.items()} == members(
            document, schema
        )
    elif "$ref" in schema:
        assert members(document, schema) in ({"marked"}, {"tags"})  # a single value, given out as such


def test_every_model_reads_its_documented_example_whole(document: dict[str, Any]) -> None:
    """What is read and written again is the example: no member lost, no value bent."""
    for name in (
        "show_mailing",
        "show_queue",
        "show_contact",
        "show_import",
        "show_delivery",
        "create_token",
        "put_switch",
    ):
        server = Server(document, name)
        with Penstock("http://127.0.0.1:9", "pst_x", transport=server) as client:
            read = called(client, name).model_dump(mode="json", by_alias=True)
        assert read == next(iter(server.content.values()))["example"]
