"""Finds what conda, pip and Poetry left behind in a repository, and says what takes its place."""
