FROM python:3.12
COPY --from=ghcr.io/astral-sh/uv:0.13.8 /uv /uvx /bin/
ENV VIRTUAL_ENV=/opt/venv UV_PROJECT_ENVIRONMENT=/opt/venv PATH="/opt/venv/bin:$PATH"
WORKDIR /app
RUN --mount=type=cache,target=/root/.cache/pip \
    --mount=type=bind,source=pyproject.toml,target=pyproject.toml --mount=type=bind,source=uv.lock,target=uv.lock \
    uv sync --frozen --no-dev
USER app
COPY . .
