FROM python:3.12 AS b
COPY requirements.txt .
RUN pip wheel -r requirements.txt -w /wheels
FROM python:3.12
COPY --from=b /wheels /wheels
RUN pip install /wheels/*
