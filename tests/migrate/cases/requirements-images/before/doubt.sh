pip install -r requirements.txt
pip install -r backend/requirements.txt
