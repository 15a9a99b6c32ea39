#!/bin/sh
set -e
uv sync && . .venv/bin/activate
python3 app.py
