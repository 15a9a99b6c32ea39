"""Adds a package to a uv workspace."""
