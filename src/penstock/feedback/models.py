"""Events are written in SQL (sql/schema.sql): no model maps them, they are told by the thousand and counted by the million."""
