FROM python:3.12
COPY --from=ghcr.io/astral-sh/uv:0.13.8 /uv /uvx /bin/
ENV VIRTUAL_ENV=/opt/venv UV_PROJECT_ENVIRONMENT=/opt/venv PATH="/opt/venv/bin:$PATH"
COPY . /app
WORKDIR /app
ENV PYTHONPATH=/app/src
RUN uv sync --frozen --no-dev
ENTRYPOINT ["./start.sh"]
