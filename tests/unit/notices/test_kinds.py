"""Which lines of the journal somebody is told of."""

import pytest

from penstock.mailing.lifecycle import TABLE
from penstock.mailing.states import ENDS, GATES, State
from penstock.notices.kinds import MEANING, Change, Kind, kind_of


@pytest.mark.parametrize(
    ("command", "before", "after", "kind"),
    [
        ("submit", "draft", "in_review", Kind.TO_APPROVE),
        ("submit", "draft", "in_moderation", Kind.TO_APPROVE),
        ("approve", "in_review", "in_moderation", Kind.TO_APPROVE),
        ("approve", "in_review", "in_review", None),
        ("approve", "in_review", "starting", None),
        ("reject", "in_moderation", "rejected", Kind.REJECTED),
        ("late", "in_review", "in_review", Kind.HELD),
        ("late", "in_moderation", "expired", Kind.FINISHED),
        ("edit_plan", "in_review", "in_review", None),
        ("interrupt", "sending", "interrupted", Kind.INTERRUPTED),
        ("settled", "finishing", "sent", Kind.FINISHED),
        ("cancel", "sending", "cancelling", None),
        ("drained", "cancelling", "cancelled", Kind.FINISHED),
        ("archive", "sent", "sent", None),
        ("copy", "interrupted", "interrupted", None),
        ("pause", "sending", "paused", None),
        ("domain_failing", None, None, Kind.DOMAIN_FAILING),
        ("domain_unverified", None, None, Kind.DOMAIN_UNVERIFIED),
        ("domain_verified", None, None, None),
        ("disable_webhook", None, None, Kind.WEBHOOK_DISABLED),
        ("mailbox_failing", None, None, Kind.MAILBOX_FAILING),
        ("mailbox_recovered", None, None, None),
        ("change_policy", None, None, None),
    ],
)
def test_of_what_is_told(command: str, before: str | None, after: str | None, kind: Kind | None) -> None:
    assert kind_of(Change(command, before, after)) is kind


def test_every_way_of_the_table_to_where_somebody_is_concerned_is_told() -> None:
    concerns = {*GATES, *ENDS, State.REJECTED, State.INTERRUPTED}
    for row in TABLE:
        for source in row.sources:
            for target in row.targets & concerns - {source}:
                assert kind_of(Change(row.command, source, target)), (row.command, source, target)


def test_every_kind_has_a_meaning() -> None:
    assert set(MEANING) == set(Kind)
