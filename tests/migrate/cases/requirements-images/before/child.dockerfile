FROM python:3.12 AS base
WORKDIR /app
COPY . .
FROM base AS dev
RUN pip install -r requirements.txt
FROM base AS prod
RUN pip install -r requirements.txt
CMD flask run
