"""Exchanges with models out of recordings: Keploy mocks, vcrpy cassettes, HAR and JSON lines."""
