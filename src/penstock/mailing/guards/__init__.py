"""Guards: what must hold before a command may change a mailing. Pure: facts in, a refusal or None out.

All guards of a command are asked, so that a refusal names everything that is wrong at once. They stand by what they are about:
`gates` (writing, approving), `checks` (what was found beforehand), `plans` (when it goes), `endings` (going on, ending). `known` is what they may know.
"""

from penstock.mailing.guards.checks import analysis_clear, analysis_over, domain_verified, tested, untested
from penstock.mailing.guards.endings import (
    acknowledged,
    all_handed_off,
    all_settled,
    audience_as_approved,
    audience_not_empty,
    end_date_past,
    end_not_past,
    held_back,
    no_statistics,
    not_archived,
    not_corrected,
    not_held_back_yet,
    nothing_leaving,
    prepared_possible,
    something_ended,
    something_in_doubt,
    which_named,
)  # fmt: skip
from penstock.mailing.guards.gates import (
    changes_possible,
    complete,
    digest_seen,
    four_eyes,
    ground_given,
    is_late,
    never_started,
    no_blockers,
    not_approved_by_same,
    not_late,
    notice_confirmed,
    reason_given,
)  # fmt: skip
from penstock.mailing.guards.known import Arguments, Facts, Guard, Refusal
from penstock.mailing.guards.plans import (
    OF_PLAN,
    at_its_time,
    confirmed,
    confirmed_unless_later,
    end_to_come,
    first_plan_confirmed,
    is_due,
    is_its_turn,
    kept_plan_leads,
    new_end,
    new_plan_leads,
    new_time_possible,
    not_locked,
    not_switched_off,
    plan_of,
    plan_possible,
    position_possible,
    queue_unchanged,
    time_possible,
    undo_open,
    undo_over,
)  # fmt: skip

OF_LAUNCH = (not_switched_off, domain_verified, analysis_clear)
"""What must hold when a mailing starts."""

OF_FACTS = frozenset({
    analysis_clear, domain_verified, end_to_come, never_started, no_blockers, no_statistics, not_archived, not_corrected, not_late, not_locked, not_switched_off,
    something_ended, something_in_doubt, tested, undo_open,
})  # fmt: skip
"""Guards that no argument can satisfy: a command that one of these refuses is not even offered."""

OF_PERSON = frozenset({four_eyes, not_approved_by_same})
"""Guards that look at who asks, and at nothing else that is given."""

__all__ = [
    "OF_FACTS", "OF_LAUNCH", "OF_PERSON", "OF_PLAN", "Arguments", "Facts", "Guard", "Refusal", "acknowledged", "all_handed_off", "all_settled", "analysis_clear", "analysis_over",
    "at_its_time", "audience_as_approved", "audience_not_empty", "changes_possible", "complete", "confirmed",
    "confirmed_unless_later", "digest_seen", "domain_verified", "end_date_past", "end_not_past", "end_to_come", "first_plan_confirmed", "four_eyes", "ground_given",
    "held_back", "is_due", "is_its_turn", "is_late", "kept_plan_leads", "never_started", "new_end", "new_plan_leads", "new_time_possible",
    "no_blockers", "no_statistics", "not_approved_by_same", "not_archived", "not_corrected", "not_held_back_yet", "not_late", "not_locked", "not_switched_off",
    "nothing_leaving", "notice_confirmed", "plan_of", "plan_possible", "position_possible", "prepared_possible",
    "queue_unchanged", "reason_given", "something_ended", "something_in_doubt", "tested", "time_possible", "undo_open", "undo_over",
    "untested", "which_named",
]  # fmt: skip
