uv sync
.venv\Scripts\activate
python -m narrator --check
