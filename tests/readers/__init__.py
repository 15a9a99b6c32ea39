"""Readers of build files."""
