python3 -m venv env
. env/bin/activate
pip install -U pip
uv sync --active --inexact
python app.py
