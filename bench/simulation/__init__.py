"""A cluster in virtual time: what Penstock decides, at a size that no one machine can try.

The decisions are the product's own: which part of an audience goes when (mailing/timeline), what a refusal means and when it is tried
again (delivery/outcome), how much a lane has in hand and how often it goes to the database (delivery/window), the size of packages
(account/policy). Those that live in SQL stand once more in `decisions`, each named, and a test holds them against the SQL.
Messages flow: between two events everything goes on at a constant rate, and what the database does meanwhile is reckoned from
what one of each kind of transaction was measured to cost (bench.costs).
"""
