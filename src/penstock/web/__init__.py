"""The browser's and mail clients' door: thin views over the rooms."""
