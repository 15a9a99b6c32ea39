"""Commands of conda, Poetry and pip, and what takes their place in each kind of file."""

from hypothesis import given
from hypothesis import strategies as st

from tta_validate.leftovers.model import Context, applied
from tta_validate.leftovers.scan import changes, is_scanned

CONTEXT = Context("3.12", names=frozenset({"numpy"}), tools=frozenset({"pytest"}), groups=("dev", "docs"))
SCRIPT = {
    "conda env create -f environment.yml": "uv sync",
    "mamba env update --file env.yml --prune": "uv sync",
    "micromamba install -y -n base -f environment.yaml": "uv sync",
    "conda create -n x python=3.12 -y": "uv sync",
    "conda activate x": ". .venv/bin/activate",
    "source activate x": ". .venv/bin/activate",
    "conda deactivate": "deactivate",
    "conda run -n x python a.py --b 'c d'": "uv run python a.py --b 'c d'",
    'conda run --no-capture-output -p ./env pytest -k "a or b" "$@"': 'uv run pytest -k "a or b" "$@"',
    "conda run -n x pip install -e .": "uv sync",
    "conda list | grep numpy": "uv pip list | grep numpy",
    "conda env remove -n x": "rm -rf .venv",
    "conda clean -afy && python a.py": "python a.py",
    'eval "$(conda shell.bash hook)"': "",
    "source ~/miniconda3/etc/profile.d/conda.sh": "",
    "curl -sSL https://install.python-poetry.org | python3 - --version 1.8": "python3 -m pip install uv==0.13.8",
    "conda install -y some-thing": None,
    "conda install numpy": "",
    "if ! conda env list | grep -q x; then": None,
    "poetry install": "uv sync",
    "poetry install --no-root --without dev,docs --sync": "uv sync --no-install-project --no-dev --no-group docs",
    "poetry install --only main -E fast --extras 'a b'": "uv sync --no-default-groups --extra fast --extra a --extra b",
    'poetry run python -m x -p "*_test.py"': 'uv run python -m x -p "*_test.py"',
    "poetry add httpx --group dev": "uv add httpx --group dev",
    "poetry update": "uv lock --upgrade",
    "poetry update httpx": "uv lock --upgrade-package httpx",
    "poetry lock --no-update": "uv lock",
    "poetry check --lock": "uv lock --check",
    "poetry export --without-hashes -o requirements.txt": "uv export --frozen --no-hashes -o requirements.txt",
    "poetry version patch": "uv version --bump patch",
    "poetry publish --build": "uv build && uv publish",
    "poetry publish -r house": None,
    "poetry about": None,
    "pip install -r requirements.txt": "uv sync",
    "python -m pip install --no-cache-dir -r requirements.txt -r docs/requirements.txt": "uv sync",
    "pip3 install -e '.[docs,fast]'": "uv sync --group docs --extra fast",
    "cd app && sudo pip install . && cd ..": "cd app && uv sync && cd ..",
    "if [ -f requirements.txt ]; then pip install -r requirements.txt; fi": "uv sync",
    'bash -c "source activate x && python a.py"': 'bash -c ". .venv/bin/activate && python a.py"',
    "python scripts/validate-llm-efficiency.py src/ --strict": "uv run tta-validate check --select adoption src/",
    "uv run python scripts/validate-cost-optimization.py packages/": "uv run tta-validate inventory packages/",
}
LEFT_ALONE = (
    "pip install black",
    "python -m pip install --upgrade pip",
    "echo 'installing conda'",
    "# conda activate x",
    "conda-build-all recipe",
    "./poetry-of-code run",
    "python -m condarc",
    "uv pip install -r requirements.txt",
    "URL=https://example.org/requirements.txt",
)
EVERYWHERE = {
    "Makefile": ("x:\n\t@conda run -n a pytest -q\n", "x:\n\t@uv run pytest -q\n"),
    "a.ps1": ("conda activate x\r\n".replace("\r", ""), ".venv\\Scripts\\activate\n"),
    ".gitlab-ci.yml": (
        "image: continuumio/miniconda3\nt:\n  script:\n    - conda env create -f e.yml\n    - 'poetry run pytest'\n",
        "image: ghcr.io/astral-sh/uv:python3.12-bookworm-slim\nt:\n"
        "  script:\n    - uv sync --locked\n    - 'uv run pytest'\n",
    ),
    "compose.yaml": (
        "services:\n  a:\n    image: condaforge/miniforge3\n    command: conda run -n x python a.py\n",
        "services:\n  a:\n    image: condaforge/miniforge3\n    command: conda run -n x python a.py\n",
    ),
    "README.md": ("```\n$ conda env create -f e.yml\n```\n", "```\n$ conda env create -f e.yml\n```\n"),
    "Dockerfile": (
        "FROM mambaorg/micromamba:1 AS a\nCOPY --chown=u env.yml /tmp/\nRUN micromamba install -f /tmp/env.yml\n"
        'ENV PATH="/opt/conda/bin:$PATH" PYTHONPATH=/a\n'
        'CMD ["conda", "run", "-n", "x", "python", "-c", "print(\\"a b\\")"]\n',
        "FROM python:3.12-slim AS a\nCOPY --from=ghcr.io/astral-sh/uv:0.13.8 /uv /uvx /bin/\n"
        'ENV VIRTUAL_ENV=/opt/venv UV_PROJECT_ENVIRONMENT=/opt/venv PATH="/opt/venv/bin:$PATH"\n'
        "COPY --chown=u pyproject.toml uv.lock ./\n"
        'RUN uv sync --frozen --no-dev\nENV PYTHONPATH=/a\nCMD ["python", "-c", "print(\\"a b\\")"]\n',
    ),
    "b.dockerfile": (
        "FROM continuumio/miniconda3\nRUN conda install -y odd-thing\nRUN conda env create -f environment.yml\n",
        "FROM continuumio/miniconda3\nRUN conda install -y odd-thing\nRUN conda env create -f environment.yml\n",
    ),
    ".github/workflows/a.yml": (
        "jobs:\n  t:\n    steps:\n      - uses: actions/checkout@v4\n      - uses: mamba-org/setup-micromamba@v1\n"
        "        with:\n          environment-file: e.yml\n\n"
        "      - run: |\n          conda info\n          conda config --show\n"
        "      - name: T\n        shell: bash -el {0}\n        run: pytest\n",
        "jobs:\n  t:\n    steps:\n      - uses: actions/checkout@v4\n"
        "      - uses: astral-sh/setup-uv@20cfd1bf945f4377ade1205e4dbc17946fc9a30d # v10.0.1\n        with:\n"
        '          version: "0.13.8"\n          python-version: "3.12"\n          activate-environment: true\n'
        "      - run: uv sync --locked\n\n      - name: T\n        shell: bash\n        run: pytest\n",
    ),
}


def rewritten(path: str, text: str) -> str:
    return applied(text, changes(path, text, CONTEXT))


def test_each_command_has_its_counterpart() -> None:
    found: dict[str, str | None] = {}
    for command in SCRIPT:
        one = changes("a.sh", f"{command}\n", CONTEXT)
        found[command] = None if not one or one[0].new is None else "\n".join(one[0].new)
    assert found == SCRIPT
    assert all(changes("a.sh", f"{command}\n", CONTEXT) for command in SCRIPT)


def test_other_commands_are_left_alone() -> None:
    assert {text: changes("a.sh", text, CONTEXT) for text in LEFT_ALONE} == dict.fromkeys(LEFT_ALONE, ())


def test_every_kind_of_file_is_rewritten_in_its_own_way() -> None:
    assert {path: rewritten(path, before) for path, (before, _) in EVERYWHERE.items()} == {
        path: after for path, (_, after) in EVERYWHERE.items()
    }


def test_requirement_files_that_were_not_migrated_stay() -> None:
    migrated = Context(files=(("requirements.txt", ""),))
    text = "pip install -r requirements.txt\npip install -r other.txt\n"
    assert applied(text, changes("a.sh", text, migrated)) == text
    assert [one.new for one in changes("a.sh", text, migrated)] == [("uv sync",), None]


PIECES = st.sampled_from(
    [
        *SCRIPT,
        *LEFT_ALONE,
        "&&",
        "||",
        "|",
        ";",
        "\\\n",
        "\n",
        "'",
        '"',
        "$(",
        ")",
        "- ",
        "run: |",
        "  ",
        "\t",
        "RUN ",
        "FROM ",
        "uses: ",
    ]
)
PATHS = (
    "a.sh",
    "Dockerfile",
    "Makefile",
    ".github/workflows/a.yml",
    "compose.yml",
    "README.md",
    "a.ps1",
    ".vscode/tasks.json",
)


@given(st.sampled_from(PATHS), st.lists(PIECES, max_size=12).map(" ".join))
def test_whatever_a_file_holds_lines_without_a_change_stay(path: str, text: str) -> None:
    found = changes(path, text, CONTEXT)
    lines = text.split("\n")
    touched = {number for one in found for number in range(one.line, one.end + 1)}
    after = applied(text, found).split("\n")
    untouched = [line for number, line in enumerate(lines, 1) if number not in touched]
    rest = iter(after)
    assert is_scanned(path)
    assert all(any(line == other for other in rest) for line in untouched)
    assert all(1 <= one.line <= len(lines) + 1 and one.end <= len(lines) for one in found)
