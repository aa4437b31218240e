"""The pages about those who are written to: contacts, lists, imports, suppressions."""
