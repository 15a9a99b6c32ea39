FROM python:3.12
COPY requirements.txt .
RUN pip install --upgrade pip && pip install -r requirements.txt && pip install gunicorn==20
CMD ["gunicorn", "a:b"]
