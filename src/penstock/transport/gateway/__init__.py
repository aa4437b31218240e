"""Gateways: short messages handed over by HTTP, one a request; and what gateways tell of them later."""
