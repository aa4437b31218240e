"""`penstock send` of a tracked mailing: refused before anything is imported where nobody would answer its links."""

import pytest

from penstock.account.policy import Policy
from penstock.cli.endings import Failure
from penstock.cli.via import Via
from penstock.cli.warnings import refuse_unanswered
from penstock.web import endpoint

OUTSIDE = Via.read("smtp://mx.example.net", None)


def test_what_is_tracked_has_to_be_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PENSTOCK_BASE_URL", raising=False)
    refuse_unanswered(OUTSIDE, Policy())
    refuse_unanswered(Via.read("smtp://127.0.0.1:25", None), Policy(track_opens="on"))
    with pytest.raises(Failure, match="nobody outside this machine reaches it"):
        refuse_unanswered(OUTSIDE, Policy(track_opens="on"))
    monkeypatch.setenv("PENSTOCK_BASE_URL", "https://mail.example.org")
    answers = iter(["timed out", None])
    monkeypatch.setattr(endpoint, "fault", lambda base: next(answers))
    with pytest.raises(Failure, match=r"https://mail.example.org does not answer \(timed out\)"):
        refuse_unanswered(OUTSIDE, Policy(track_clicks="on"))
    refuse_unanswered(OUTSIDE, Policy(track_clicks="on"))
