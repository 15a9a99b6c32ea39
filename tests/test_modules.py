"""Which file an import means."""

from pathlib import Path

import pytest

from tests.layout import lay_out
from tta_validate.discover import discover
from tta_validate.modules import Modules

WORKSPACE = [
    *("pyproject.toml", "scripts/run.py", "scripts/shared.py", "top.py", "shared.py"),
    *("packages/one/pyproject.toml", "packages/one/src/one/__init__.py", "packages/one/src/one/a.py"),
    *("packages/one/src/one/sub/__init__.py", "packages/one/src/one/sub/b.py", "packages/one/src/one/shared.py"),
    *(
        "packages/two/pyproject.toml",
        "packages/two/two/__init__.py",
        "packages/two/two/openai.py",
        "packages/two/two/c.py",
    ),
    *("packages/two/shared.py", "packages/three/setup.py", "packages/three/src/space/three/__init__.py"),
    *("packages/three/src/space/three/d.py", "packages/three/src/space/plain.py"),
    *(
        "demo/agents/first.py",
        "demo/agents/second.py",
        "demo/tools/third.py",
        "app-web/server.py",
        "app-web/logging.py",
    ),
    *("both/__init__.py", "both.py", "lib/json/__init__.py", "lib/json/x.py"),
]


@pytest.fixture
def modules(tmp_path: Path) -> Modules:
    return Modules(discover(lay_out(tmp_path, WORKSPACE)), frozenset({"openai"}))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("packages/one/src/one/__init__.py", "one"),
        ("packages/one/src/one/sub/b.py", "one.sub.b"),
        ("packages/two/two/c.py", "two.c"),
        ("packages/two/shared.py", "shared"),
        ("packages/three/src/space/three/d.py", "space.three.d"),
        ("packages/three/src/space/plain.py", "space.plain"),
        ("scripts/run.py", "scripts.run"),
        ("top.py", "top"),
        ("app-web/server.py", "server"),
        ("both/__init__.py", "both"),
    ],
)
def test_a_module_has_the_name_by_which_others_import_it(modules: Modules, path: str, name: str) -> None:
    assert modules.dotted(path) == name
    assert modules.resolve(name, path.replace(path.rpartition("/")[2], "importer.py")) == path


@pytest.mark.parametrize(
    ("importer", "level", "name", "path"),
    [
        ("packages/one/src/one/a.py", 1, "sub.b", "packages/one/src/one/sub/b.py"),
        ("packages/one/src/one/a.py", 1, "", "packages/one/src/one/__init__.py"),
        ("packages/one/src/one/sub/b.py", 2, "a", "packages/one/src/one/a.py"),
        ("packages/one/src/one/sub/__init__.py", 1, "b", "packages/one/src/one/sub/b.py"),
        ("packages/one/src/one/a.py", 9, "x", None),
        ("top.py", 3, "", None),
        ("packages/two/two/c.py", 0, "one.a", "packages/one/src/one/a.py"),
        ("scripts/run.py", 0, "shared", "scripts/shared.py"),
        ("packages/two/two/c.py", 0, "shared", "packages/two/shared.py"),
        ("top.py", 0, "shared", "shared.py"),
        ("demo/agents/first.py", 0, "second", "demo/agents/second.py"),
        ("demo/agents/first.py", 0, "tools.third", "demo/tools/third.py"),
        ("demo/agents/first.py", 0, "demo.tools.third", "demo/tools/third.py"),
        ("packages/two/two/c.py", 0, "openai", None),
        ("app-web/server.py", 0, "logging", None),
        ("packages/two/two/openai.py", 0, "openai", None),
        ("top.py", 0, "two", "packages/two/two/__init__.py"),
        ("top.py", 0, "two.absent", None),
        ("top.py", 0, "nowhere", None),
        ("top.py", 0, "both", "both/__init__.py"),
        ("lib/json/x.py", 0, "json", None),
        ("packages/one/src/one/sub/b.py", 0, "a", "packages/one/src/one/a.py"),
    ],
)
def test_an_import_means_the_nearest_file(
    modules: Modules, importer: str, level: int, name: str, path: str | None
) -> None:
    assert modules.resolve(name, importer, level) == path


def test_a_file_is_never_its_own_absolute_import(tmp_path: Path) -> None:
    modules = Modules(discover(lay_out(tmp_path, ["pyproject.toml", "a/log.py", "a/x.py", "log.py"])))
    assert modules.resolve("log", "a/x.py") == "a/log.py"
    assert modules.resolve("log", "a/log.py") == "log.py"
    assert modules.resolve("log", "log.py") is None


def test_a_link_means_its_target(tmp_path: Path) -> None:
    lay_out(tmp_path, ["real.py", "pkg/__init__.py"])
    (tmp_path / "pkg/alias.py").symlink_to("../real.py")
    assert Modules(discover(tmp_path)).resolve("pkg.alias", "main.py") == "real.py"
