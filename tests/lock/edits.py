"""Edits of small uv projects, for comparing verdicts with those of uv."""

import copy
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tta_validate.registries import default_registry

PROJECTS = Path(__file__).parent / "projects"
Tree = dict[str, dict[str, Any]]
"""Manifests of a project by path, as plain values."""

NAMES = (
    "idna",
    "packaging",
    "click",
    "six",
    "h11",
    "sniffio",
    "iniconfig",
    "pluggy",
    "anyio",
    "Single",
    "core",
    "extra",
)
SPECIFIERS = (
    "",
    ">=3.4",
    ">=3.4,<4",
    "<4,>=3.4",
    "~=3.4",
    ">=3.4.0",
    ">=3.4,>=3",
    "==3.*",
    "==3.4",
    "==3.4.0",
    "===3.4",
    ">=1.0a1",
    ">3",
    "<=4",
    "!=3.5",
    "!=3.5.*",
    ">=23",
    ">=23.0",
    "<2",
    ">=1.16",
    ">=2",
    ">=2,!=2.0.*",
    "==2",
    "==2,>=0",
    "~=2.0",
    "~=2.0.0",
    ">=8.1",
    ">=8.1,<9.dev0",
    ">=8.1,<9",
    ">=0.14",
    ">=0.14,<1",
    ">=1.5",
    "<4.0.0",
    ">=2.post1",
    "<2.post1",
    ">=1!1",
)
MARKERS = (
    "",
    "sys_platform == 'win32'",
    'sys_platform=="win32"',
    "platform_system == 'Windows'",
    "'win32' == sys_platform",
    "python_version < '3.13'",
    "python_full_version < '3.13'",
    "python_version <= '3.12'",
    "python_version < '3.0'",
    "python_version >= '3.11'",
    "python_version >= '3.9' and sys_platform == 'win32'",
    "python_version in '3.11 3.12'",
    "python_version != '3.12'",
    "python_version == '3.12.*'",
    "python_version > '3.12'",
    "python_full_version > '3.12'",
    "os_name == 'nt' and sys_platform == 'linux'",
    "os_name == 'nt'",
    "sys_platform == 'win32' or sys_platform == 'linux'",
    "sys_platform != 'darwin'",
    "not_a_marker == 'x'",
    "python_version < '<3.10'",
    "platform_machine in 'x86_64 arm64'",
    "implementation_name == 'cpython'",
    "platform_python_implementation == 'CPython'",
    "extra == 'web'",
    "python_version ~= '3.11'",
    "sys_platform >= 'linux'",
    "sys_platform < 'linux'",
    "platform_release >= '20'",
    "(sys_platform == 'linux' and python_version < '3.12') or (sys_platform == 'linux' and python_version >= '3.12')",
    "python_version >= '3.12.4'",
    "python_version == '3.12.4'",
    "python_version not in '3.11'",
    "implementation_version < '3.14'",
)
GROUPS = ("dev", "lint", "docs", "test", "every", "Dev")
EXTRAS = ("web", "all", "fast", "new-extra", "Web")


@st.composite
def requirements(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from(NAMES))
    extras = draw(st.sampled_from(("", "", "", "[web]", "[trio]", "[a,b]")))
    specifier = draw(st.sampled_from(SPECIFIERS))
    marker = draw(st.sampled_from(MARKERS))
    return f"{name}{extras}{specifier}" + (f" ; {marker}" if marker else "")


Edit = Callable[[Tree, st.DrawFn], None]


def path_of(tree: Tree, draw: st.DrawFn) -> str:
    return draw(st.sampled_from(sorted(path for path in tree if path.endswith("pyproject.toml"))))


def uv(tree: Tree, path: str = "pyproject.toml") -> dict[str, Any]:
    return tree[path].setdefault("tool", {}).setdefault("uv", {})


def lists(manifest: dict[str, Any]) -> list[list[Any]]:
    project = manifest.get("project", {})
    found = [project.setdefault("dependencies", [])] if project else []
    found += project.get("optional-dependencies", {}).values()
    return [*found, *manifest.get("dependency-groups", {}).values()]


def edit_list(tree: Tree, draw: st.DrawFn) -> None:
    entries = draw(st.sampled_from(lists(tree[path_of(tree, draw)])))
    kind = draw(st.sampled_from(("add", "remove", "replace", "respell", "respell", "mark", "shuffle", "double")))
    at = draw(st.integers(0, max(len(entries) - 1, 0)))
    old = entries[at] if entries else None
    if kind == "add" or not entries:
        entries.append(draw(requirements()))
    elif kind == "remove":
        del entries[at]
    elif kind == "replace":
        entries[at] = draw(requirements())
    elif kind == "shuffle":
        entries[:] = draw(st.permutations(entries))
    elif kind == "double":
        entries.append(old)
    elif isinstance(old, str):
        text, _, marker = old.partition(";")
        if kind == "respell":
            name = text.strip().rstrip("0123456789.,<>=~!* abcdev")
            name = next((one for one in (*NAMES, "single") if text.strip().lower().startswith(one.lower())), name)
            text = f"{name}{draw(st.sampled_from(SPECIFIERS))}"
        else:
            marker = draw(st.sampled_from(MARKERS))
        entries[at] = f"{text.strip()} ; {marker.strip()}" if marker.strip() else text.strip()


def edit_extra(tree: Tree, draw: st.DrawFn) -> None:
    project = tree[path_of(tree, draw)].get("project")
    if project is None:
        return
    extras = project.setdefault("optional-dependencies", {})
    name = draw(st.sampled_from(EXTRAS))
    if name in extras and draw(st.booleans()):
        del extras[name]
    else:
        extras[name] = draw(st.lists(requirements(), max_size=2))


def edit_group(tree: Tree, draw: st.DrawFn) -> None:
    groups = tree[path_of(tree, draw)].setdefault("dependency-groups", {})
    name = draw(st.sampled_from(GROUPS))
    kind = draw(st.sampled_from(("remove", "set", "include", "empty")))
    if kind == "remove":
        groups.pop(name, None)
    elif kind == "include":
        groups.setdefault(name, []).append({"include-group": draw(st.sampled_from(GROUPS))})
    else:
        groups[name] = draw(st.lists(requirements(), max_size=2)) if kind == "set" else []


def edit_project(tree: Tree, draw: st.DrawFn) -> None:
    project = tree[path_of(tree, draw)].get("project")
    if project is None:
        return
    key, value = draw(
        st.sampled_from(
            (
                ("version", "0.1.0"),
                ("version", "0.1"),
                ("version", "0.2.0"),
                ("version", "1"),
                ("name", "other"),
                ("requires-python", ">=3.11"),
                ("requires-python", ">=3.11.0"),
                ("requires-python", ">=3.11,<3.14"),
                ("requires-python", ">=3.11,!=3.12.3"),
                ("requires-python", ">=3.10"),
                ("requires-python", ">3.11"),
                ("requires-python", "~=3.11"),
                ("requires-python", ">=3.11,<4"),
                ("requires-python", "==3.*,>=3.11"),
                ("requires-python", ">=3.11rc1"),
                ("requires-python", ">=3.11,<3.15,<4"),
                ("requires-python", None),
                ("description", "x"),
                ("scripts", {"x": "y:z"}),
                ("dynamic", ["version"]),
                ("dynamic", ["readme"]),
                ("dependencies", None),
            )
        )
    )
    if value is None:
        project.pop(key, None)
    else:
        project[key] = value
    if key == "dynamic" and value == ["version"]:
        project.pop("version", None)


INDEX = default_registry().index
SETTINGS: tuple[tuple[str, Any], ...] = (
    ("resolution", "lowest"),
    ("resolution", "highest"),
    ("prerelease", "allow"),
    ("prerelease", "if-necessary"),
    ("fork-strategy", "fewest"),
    ("fork-strategy", "requires-python"),
    ("exclude-newer", "2026-06-01T00:00:00Z"),
    ("exclude-newer", "7 days"),
    ("exclude-newer-package", {"idna": "2026-06-01T00:00:00Z"}),
    ("exclude-newer-package", {"numpy": "2026-06-01T00:00:00Z"}),
    ("exclude-newer-package", {"idna": False}),
    ("environments", ["sys_platform == 'linux'"]),
    ("environments", []),
    ("environments", ["sys_platform == 'linux'", "sys_platform == 'darwin'"]),
    ("environments", ["platform_system == 'Linux'", "sys_platform == 'darwin' and python_version > '3'"]),
    ("environments", ["sys_platform == 'darwin'", "sys_platform == 'linux'"]),
    ("environments", ["sys_platform == 'linux'", "os_name == 'posix'"]),
    ("required-environments", ["sys_platform == 'win32'"]),
    ("required-environments", []),
    ("conflicts", []),
    ("conflicts", [[{"group": "docs"}, {"group": "test"}]]),
    ("conflicts", [[{"group": "dev"}, {"group": "lint"}]]),
    ("conflicts", [[{"extra": "web"}, {"extra": "all"}]]),
    ("default-groups", ["dev"]),
    ("default-groups", "all"),
    ("default-groups", ["test", "docs"]),
    ("default-groups", ["docs", "test", "docs"]),
    ("default-groups", []),
    ("default-groups", ["test"]),
    ("package", True),
    ("package", False),
    ("index-url", INDEX),
    ("index-url", f"{INDEX}/"),
    ("index", [{"url": INDEX, "default": True}]),
    ("index", [{"name": "x", "url": "https://example.com/simple"}]),
    ("index", [{"name": "x", "url": "https://example.com/simple", "default": True}]),
    ("index", [{"name": "x", "url": INDEX, "explicit": True}]),
    ("no-index", True),
    ("no-sources", True),
    ("dev-dependencies", ["idna>=3"]),
    ("dev-dependencies", []),
    ("cache-keys", [{"file": "x"}]),
    ("prerelease-package", {"idna": "allow"}),
    ("managed", True),
    ("no-binary-package", ["idna"]),
    ("dependency-metadata", [{"name": "idna", "version": "3.10", "requires-dist": []}]),
    ("dependency-metadata", [{"name": "numpy", "version": "1", "requires-dist": []}]),
)


def edit_setting(tree: Tree, draw: st.DrawFn) -> None:
    key, value = draw(st.sampled_from(SETTINGS))
    path = path_of(tree, draw) if draw(st.integers(0, 3)) == 0 else "pyproject.toml"
    if draw(st.integers(0, 4)) == 0:
        uv(tree, path).pop(key, None)
    else:
        uv(tree, path)[key] = copy.deepcopy(value)


def edit_limit(tree: Tree, draw: st.DrawFn) -> None:
    key = draw(
        st.sampled_from(
            (
                "constraint-dependencies",
                "override-dependencies",
                "build-constraint-dependencies",
                "exclude-dependencies",
            )
        )
    )
    entries = uv(tree).setdefault(key, [])
    kind = draw(st.sampled_from(("clear", "add", "add", "scoped")))
    if kind == "clear":
        entries.clear()
    elif key == "exclude-dependencies":
        entries.append(draw(st.sampled_from(("six", "numpy", "idna", "Six"))))
    elif kind == "scoped" and key == "override-dependencies":
        entries.append({"package": "click", "dependencies": draw(st.lists(requirements(), max_size=1))})
    else:
        entries.append(
            draw(requirements() | st.sampled_from(("h11<1", "h11<1.0", "h11[a]<1", "sniffio>=1", "numpy<3", "h11")))
        )


def edit_source(tree: Tree, draw: st.DrawFn) -> None:
    path = path_of(tree, draw)
    sources = uv(tree, path).setdefault("sources", {})
    name = draw(st.sampled_from(("core", "extra", "idna", "six", "click", "numpy", "Idna")))
    entries: tuple[Any, ...] = (
        None,
        {"workspace": True},
        {"workspace": True, "editable": False},
        {"path": "vendor/extra"},
        {"path": "vendor/extra", "editable": True},
        {"path": "vendor/extra", "package": False},
        {"path": "./vendor/extra/"},
        {"index": "x"},
        {"index": "missing"},
        {"git": "https://example.com/x", "tag": "v1"},
        {"url": "https://example.com/idna-3.10-py3-none-any.whl"},
        {"index": "x", "marker": "sys_platform == 'linux'"},
        [
            {"index": "x", "marker": "sys_platform == 'linux'"},
            {"path": "vendor/extra", "marker": "sys_platform == 'win32'"},
        ],
        {"index": "x", "group": "dev"},
        {"index": "x", "extra": "web"},
    )
    entry = draw(st.sampled_from(entries))
    if entry is None:
        sources.pop(name, None)
    else:
        sources[name] = copy.deepcopy(entry)


def edit_workspace(tree: Tree, draw: st.DrawFn) -> None:
    table = uv(tree).get("workspace")
    if table is None:
        return
    choices: tuple[dict[str, Any], ...] = (
        {"members": ["packages/*"], "exclude": ["packages/tool"]},
        {"members": ["packages/core", "packages/tool"]},
        {"members": ["packages/core"]},
        {"members": []},
        {"members": ["app"]},
        {"members": ["./packages/*", "app/"]},
        {"members": ["packages/*", "missing/*"]},
        {"members": ["**/extra", "packages/*"]},
        {"members": ["vendor/*", "packages/*"]},
    )
    table.clear()
    table.update(copy.deepcopy(draw(st.sampled_from(choices))))


def edit_build(tree: Tree, draw: st.DrawFn) -> None:
    manifest = tree[path_of(tree, draw)]
    if manifest.pop("build-system", None) is None:
        manifest["build-system"] = {"requires": ["hatchling"], "build-backend": "hatchling.build"}


def edit_group_settings(tree: Tree, draw: st.DrawFn) -> None:
    table = uv(tree, path_of(tree, draw)).setdefault("dependency-groups", {})
    name = draw(st.sampled_from(GROUPS))
    python = draw(st.sampled_from((">=3.12", ">=3.12.0", ">=3.11", ">=3.13", None)))
    if python is None:
        table.pop(name, None)
    else:
        table[name] = {"requires-python": python}


EDITS: tuple[Edit, ...] = (
    edit_list,
    edit_list,
    edit_list,
    edit_list,
    edit_extra,
    edit_group,
    edit_project,
    edit_setting,
    edit_setting,
    edit_limit,
    edit_source,
    edit_workspace,
    edit_build,
    edit_group_settings,
)


def load(name: str) -> Tree:
    folder = PROJECTS / name
    return {
        path.relative_to(folder).as_posix(): tomllib.loads(path.read_text()) for path in sorted(folder.rglob("*.toml"))
    }


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, Tree]:
    """Returns a project's name and its manifests after one to three edits."""
    name = draw(st.sampled_from(("single", "workspace", "virtual")))
    tree = load(name)
    for edit in draw(st.lists(st.sampled_from(EDITS), min_size=1, max_size=3)):
        edit(tree, draw)
    if draw(st.integers(0, 15)) == 0:
        settings = ("exclude-newer", "resolution", "prerelease", "index-url", "fork-strategy")
        tree["uv.toml"] = {key: value for key, value in uv(tree).items() if key in settings}
    return name, tree
