"""What the user gave us that we cannot use."""


class InputError(Exception):
    """Something the user named cannot be used; the message is one line, ``path:line: what is wrong, what to do``."""
