FROM python:3.12
COPY --from=ghcr.io/astral-sh/uv:0.13.8 /uv /uvx /bin/
ENV VIRTUAL_ENV=/opt/venv UV_PROJECT_ENVIRONMENT=/opt/venv PATH="/opt/venv/bin:$PATH"
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN apt-get update && apt-get install -y gcc \
    && uv sync --frozen --no-dev \
    && apt-get purge -y gcc && rm -rf /root/.cache
COPY . .
