"""Turns what rules ask for into edits of files, and writes them."""
