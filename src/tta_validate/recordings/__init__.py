"""Keploy recordings as values: test sets, their cases and mocks, and the settings beside them."""
