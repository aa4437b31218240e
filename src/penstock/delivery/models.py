"""The ledger's tables are written in SQL (sql/schema.sql): no model maps them, because nothing may go through the ORM here."""
