"""Who receives: contacts, lists, imports, and the addresses that must not be mailed."""
