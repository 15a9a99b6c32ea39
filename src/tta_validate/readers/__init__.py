"""Readers of the files that say how a repository is built and run, each with the lines that things stand on."""
