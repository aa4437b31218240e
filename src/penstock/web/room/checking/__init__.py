"""Being sure of a mailing before it goes: the approver's work-list, previews, the analysis, tests."""
