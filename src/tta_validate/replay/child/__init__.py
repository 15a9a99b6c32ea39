"""What runs inside the user's app: standard library only, Python 3.8 syntax, never imported by the app's own code."""

import os

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "path")
"""The folder to put first on PYTHONPATH; it holds nothing but a ``sitecustomize``."""

BRIDGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bridge.py")
"""The script that serves a WSGI or ASGI app over an inherited socket."""

PLAN = "TTA_REPLAY_PLAN"
"""The environment variable with the path of the plan; without it nothing is touched."""

PREAMBLE = b"TTA-REPLAY "
"""What a redirected connection sends first: ``TTA-REPLAY <scheme> <host> <port>``, as one line."""
