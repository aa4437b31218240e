"""What is done to be sure of a mailing before it goes: preview it as each recipient, analyse it for all of them, send tests of it.

Nothing here changes a mailing; what was found stands in tables that the lifecycle's guards read (`preflight_facts`).
"""
