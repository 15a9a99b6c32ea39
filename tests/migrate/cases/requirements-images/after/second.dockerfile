FROM python:3.12
COPY --from=ghcr.io/astral-sh/uv:0.13.8 /uv /uvx /bin/
ENV VIRTUAL_ENV=/opt/venv UV_PROJECT_ENVIRONMENT=/opt/venv PATH="/opt/venv/bin:$PATH"
COPY pyproject.toml uv.lock .
RUN uv sync --frozen --no-dev && uv pip install gunicorn==20
CMD ["gunicorn", "a:b"]
