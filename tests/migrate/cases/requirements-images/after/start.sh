#!/bin/sh
uv sync --frozen --no-dev
exec flask run
