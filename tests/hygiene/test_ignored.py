"""Ignore comments in TOML, YAML and Dockerfiles silence what the rules of a project say, and idle ones are found."""

from tests.conftest import Program, Write

_FILES = {
    "pyproject.toml": """\
[project]
name = "demo"
version = "1"
requires-python = ">=3.11"
dependencies = [
    "arrow>=1",  # tta: ignore[groups-unused-dependency] a floor
    # tta: ignore[groups] used by a plugin
    "boltons>=1",
    "httpx>=1",  # tta: ignore[groups-unused-dependency] it is imported
]
""",
    "uv.lock": 'version = 1\nrequires-python = ">=3.11"\n',
    "demo.py": "import httpx\n",
    ".github/workflows/ci.yml": """\
on: push
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - uses: astral-sh/setup-uv@v5  # tta: ignore[workspace-uv-unpinned] the newest is wanted
      - run: uv sync  # tta: ignore[workspace-ci-not-locked] another job is
      - run: |
          # tta: ignore[workspace-tool-by-pip] the image has it
          pip install black
          # tta: ignore[workspace-tool-by-pip] not by pip
          uv run black
""",
    "Dockerfile": """\
FROM python:3.12
# tta: ignore[workspace] whatever is the newest
RUN pip install uv && \\
    # tta: ignore[workspace-image-not-locked] resolved on purpose
    uv sync
# tta: ignore[migration] nothing
CMD ["x"]
""",
}


def test_ignore_comments_are_heeded_in_every_kind_of_file_and_missed_where_idle(tta: Program, write: Write) -> None:
    root = write(_FILES)
    done = tta("check", "--select", "groups,workspace,migration,ignore", "--output", "concise", cwd=root)
    assert [line.replace(" nothing here needs", "") for line in done.out.split("\n")] == [
        ".github/workflows/ci.yml:11:11: ignore-unused warning ignore[workspace-tool-by-pip]; remove it",
        "Dockerfile:6:1: ignore-unused warning ignore[migration]; remove it",
        "pyproject.toml:9:18: ignore-unused warning ignore[groups-unused-dependency]; remove it",
        "",
    ]
    fixed = tta("check", "--select", "groups,workspace,migration,ignore", "--fix", cwd=root)
    assert "Fixed 3, 0 remaining" in fixed.out + fixed.err
