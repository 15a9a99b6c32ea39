FROM python:3.12-slim AS builder
COPY --from=ghcr.io/astral-sh/uv:0.13.8 /uv /uvx /bin/
RUN python -m venv /opt/venv
ENV PATH="/opt/venv/bin:$PATH"
COPY pyproject.toml uv.lock .
ENV UV_PROJECT_ENVIRONMENT=/opt/venv
RUN pip install --upgrade pip && uv sync --frozen --no-dev --inexact
RUN pip install gunicorn
FROM python:3.12-slim
COPY --from=builder /opt/venv /opt/venv
ENV PATH="/opt/venv/bin:$PATH"
