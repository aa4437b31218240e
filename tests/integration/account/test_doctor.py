"""What `penstock doctor` finds wrong with accounts."""

import psycopg
import pytest

from penstock.account import domains, people, policies, tokens, transports
from penstock.account.doctor import check_gates, check_passwords, check_policies
from penstock.account.domain_doctor import check_domains, check_keys
from penstock.mailing.actor import EVERY_ROLE, Actor
from penstock.mailing.lifecycle import PLATFORM
from penstock.platform import doctor

OWNER = Actor("root", EVERY_ROLE | {PLATFORM}, "cli")


def test_all_is_well_on_a_new_installation(conn: psycopg.Connection) -> None:
    findings = [finding for finding in doctor.examine() if finding.room == "account"]
    assert [(finding.name, finding.level) for finding in findings] == [
        ("sending domains", "ok"), ("signing keys", "ok"), ("policies", "ok"), ("gates", "ok"), ("passwords", "ok"),
    ]  # fmt: skip


def test_a_policy_that_cannot_be_is_named(conn: psycopg.Connection) -> None:
    conn.execute(
        """update account_account set policy = '{"four_eyes": "perhaps", "no_such": 1, "package_size": 7}'"""
    )
    first, second = check_policies(conn)
    assert (first.level, second.level) == ("warn", "warn")
    assert "four_eyes is 'perhaps'" in first.what
    assert "does not know the policy no_such" in second.what
    assert "penstock account policy" in first.cure


def test_holidays_that_nobody_knows_are_named_and_the_hours_stay(conn: psycopg.Connection) -> None:
    hours = '{"sending_hours_sms": "FR 08:00-20:00 except holidays in QQ"}'
    conn.execute("update account_account set policy = %s", (hours,))
    (told,) = check_policies(conn)
    assert "without QQ for FR" in told.what
    assert told.what.endswith("the hours stay in force, without these holidays.")
    assert policies.read(conn, 1).sending_hours_sms.startswith("FR 08:00")


def test_more_approvals_than_approvers_are_told(conn: psycopg.Connection) -> None:
    policies.change(conn, 1, {"approvals_required": 3}, OWNER)
    (told,) = check_gates(conn)
    assert (told.level, "asks for 3 approvals, and 0 besides you" in told.what) == ("warn", True)
    people.create(conn, email="first@example.org", account=1, actor=OWNER)
    bob = people.create(conn, email="bob@example.org", account=1, roles=["author"], actor=OWNER)
    tokens.create(conn, account=1, name="hers", scopes=["approver"], person=bob.id, actor=OWNER)  # may not
    assert check_gates(conn)[0].level == "warn"
    tokens.create(conn, account=1, name="robot", scopes=["approver"], actor=OWNER)
    assert check_gates(conn)[0].level == "ok"
    people.set_active(conn, email="first@example.org", active=False, actor=OWNER)
    assert check_gates(conn)[0].level == "warn"


def test_a_password_of_another_key_is_told(conn: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    transports.create(conn, 1, name="relay", url="smtp://a:hush@mail.example.org", actor=OWNER)
    assert check_passwords(conn)[0].what.startswith("1 stored")
    conn.execute("update account_server set secret = '\\x00'")
    (told,) = check_passwords(conn)
    assert told.level == "fail"
    assert "relay of account default" in told.what
    assert "PENSTOCK_SECRET_KEY" in told.cure


def test_domains_that_are_not_verified_or_not_looked_at_are_told(
    conn: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = domains.create(conn, 1, name="example.org", actor=OWNER)
    (told,) = check_domains(conn)
    assert (told.level, "example.org of account default is not verified" in told.what) == ("warn", True)
    assert "penstock domain show example.org" in told.cure
    conn.execute("update account_domain set verified_at = now(), check_at = now() + interval '1 hour'")
    assert [each.level for each in check_domains(conn)] == ["ok"]
    conn.execute("update account_domain set failing_since = now(), check_at = now() - interval '3 hours'")
    failing, late = check_domains(conn)
    assert "have not been in the DNS since" in failing.what
    assert "should have been checked" in late.what
    monkeypatch.setenv("PENSTOCK_DNS", "nowhere")
    assert [(each.level, "PENSTOCK_DNS" in each.what) for each in check_domains(conn)] == [("fail", True)]
    assert [each.level for each in check_keys(conn)] == ["ok"]
    conn.execute(
        "update account_domain_key set secret = '\\x00' where selector = %s", (made.keys[0].selector,)
    )
    (told,) = check_keys(conn)
    assert (told.level, made.keys[0].selector in told.what) == ("fail", True)
