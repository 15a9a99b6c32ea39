python3 -m venv env
. env/bin/activate
pip install -U pip
pip install -r requirements.txt
python app.py
