"""Replays recorded cases against the app: the process, its clock, what it calls, and what it answers."""
