"""Builds the real keploy from its public source into a folder: ``install_keploy.py FOLDER``.

Needs Go. The build has no parsers for Postgres, Redis and MongoDB: those are not public. Exits with 75 where it cannot
be built here, and says why.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

MODULE = "go.keploy.io/server/v3@v3.6.9"
NOT_INSTALLED = 75


def main() -> int:
    """Builds the program and returns the exit status."""
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    folder = Path(sys.argv[1])
    go = shutil.which("go", path=os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/local/go/bin")))
    if go is None:
        print("keploy: Go is not installed (https://go.dev/doc/install)")
        return NOT_INSTALLED
    with tempfile.TemporaryDirectory() as name:
        # The build tag makes viper read every setting from the environment, as the official build does.
        command = (go, "install", "-tags", "viper_bind_struct", MODULE)
        environment = {**os.environ, "GOBIN": name, "CGO_ENABLED": "0"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        built = Path(name) / "server"
        if done.returncode or not built.exists():
            print(f"keploy: cannot be built: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")
            return NOT_INSTALLED
        folder.mkdir(parents=True, exist_ok=True)
        shutil.move(built, folder / "keploy")
    print(f"keploy: built as {folder / 'keploy'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
