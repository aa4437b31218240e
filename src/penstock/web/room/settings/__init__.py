"""What an account has settled: policies, sending domains, transports, tokens, webhooks, notices; and its journal."""
