#!/bin/bash
. .venv/bin/activate
python -m skyview
