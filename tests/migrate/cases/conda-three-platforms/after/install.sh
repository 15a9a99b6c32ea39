#!/usr/bin/env bash
set -euo pipefail
# Needs nothing but bash.
python3 -m pip install uv==0.13.8
uv sync
. .venv/bin/activate
export PYTHONPATH="$PWD/src"
conda install -y -c conda-forge some-odd-package
python -m narrator --check
