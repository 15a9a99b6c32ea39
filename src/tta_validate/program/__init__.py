"""Joins facts across files: symbols, then calls, then guards."""
