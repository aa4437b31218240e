"""Credits: what an account may still send, counted per channel where the policy `credits` says so (S4.20, S5.17, S5.18).

`ledger` is the entries and the one way to make them; `reading` shows them; `models` are the tables.
"""
