.venv\Scripts\activate
pytest
