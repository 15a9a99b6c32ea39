"""Makes a uv project of conda environments."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tta_validate.errors import InputError
from tta_validate.leftovers.conda_names import Known, known
from tta_validate.lock_model import normalised
from tta_validate.migrate.collect import TORCH, Collector
from tta_validate.migrate.conda_spec import CondaSpec, parse_conda, pep440
from tta_validate.migrate.declared import declared, valid_name
from tta_validate.migrate.environment_file import Dependency, Environment, read_environment
from tta_validate.migrate.imported import imports_any
from tta_validate.migrate.itself import described
from tta_validate.migrate.markers import environments
from tta_validate.migrate.model import Draft, Place
from tta_validate.migrate.requirement_files import take_file
from tta_validate.migrate.requirement_lines import Wanted, wanted
from tta_validate.migrate.roles import platform_of_prefix
from tta_validate.registries import registries

Pythons = dict[str, tuple[str, Place]]
"""requires-python by the environment file that says it, with the place."""

_CUDA = frozenset({"pytorch-cuda", "cudatoolkit", "cuda-version", "cuda-toolkit", "cuda"})
_USUAL = frozenset({"conda-forge", "defaults", "nodefaults", "main", "anaconda", "pytorch", "nvidia"})
_ORDER = ("linux", "darwin", "win32")


def migrate_conda(root: Path, paths: Sequence[Path], platforms: Mapping[Path, str]) -> Draft:
    """Returns the project that environment files describe together.

    ``platforms`` tells the platform of a file whose name and content do not. Raises InputError for a file that is no
    environment, and where two files are for the same platform and the same group.
    """
    found = _by_prefix([read_environment(path, root) for path in paths])
    named = [
        replace(one, platforms=(platforms[path],)) if path in platforms else one
        for path, one in zip(paths, found, strict=True)
    ]
    package = declared(root).path in ("setup.py", "setup.cfg")
    if len(named) == 1 and named[0].group and not package:
        named = [replace(named[0], group="")]
    named = [replace(one, group="") if _stands_alone(one, named) else one for one in named]
    _refuse_doubles(named)
    everywhere = _everywhere(named)
    collector = Collector(root, everywhere)
    pythons: Pythons = {}
    for environment in named:
        _take(collector, environment, pythons)
    return _finished(collector, named, pythons)


def _stands_alone(environment: Environment, named: Sequence[Environment]) -> bool:
    """Whether an environment is the only one of its platforms: what its name says more is about the platform."""
    others = [one for one in named if one is not environment]
    return bool(environment.group and environment.platforms and others) and not any(
        not one.platforms or any(_covers(left, right) for left in one.platforms for right in environment.platforms)
        for one in others
    )


def _by_prefix(found: Sequence[Environment]) -> list[Environment]:
    """Tells platforms by the folders in which environments stood, where these are not all of one platform.

    One that was exported is not for its author's system only.
    """
    prefixes = {one.path: platform_of_prefix(one.prefix) for one in found if not one.platforms}
    if len(set(filter(None, prefixes.values()))) < 2:
        return list(found)
    return [replace(one, platforms=(prefixes[one.path],)) if prefixes.get(one.path) else one for one in found]


def _refuse_doubles(named: Sequence[Environment]) -> None:
    seen: dict[tuple[str, str], str] = {}
    for one in named:
        for platform in one.platforms or ("",):
            other = seen.setdefault((one.group, platform), one.path)
            if other != one.path:
                where = platform or "no platform that its name or content tells"
                raise InputError(
                    f"{one.path}:1: is for the same as {other} ({where}): say which is for which, "
                    f"as `--platform {one.path}=linux`"
                )


def _everywhere(named: Sequence[Environment]) -> tuple[str, ...]:
    """Returns the platforms that are told apart: where one file is for all of them, there are the usual three."""
    if not any(one.platforms for one in named) and not any(d.systems for one in named for d in one.dependencies):
        return ()
    found = [platform for one in named for platform in one.platforms]
    if any(not one.platforms for one in named):
        found += [one for one in _ORDER if not any(platform.partition("-")[0] == one for platform in found)]
    machines: dict[str, set[str]] = {}
    for platform in found:
        machines.setdefault(platform.partition("-")[0], set()).add(platform)
    # One machine of a system stands for the system: nobody wrote the others down, and wheels are there for all.
    single = {next(iter(ones)): system for system, ones in machines.items() if len(ones) == 1}
    result = dict.fromkeys(single.get(one, one) for one in found)
    return tuple(sorted(result, key=lambda one: (_ORDER.index(one.partition("-")[0]), one)))


def _platforms(collector: Collector, environment: Environment, systems: frozenset[str]) -> list[str]:
    """Returns the platforms on which a dependency is wanted, ``[""]`` for all."""
    everywhere = collector.everywhere
    if not everywhere:
        return [""]
    wanted_on = [
        one for one in everywhere if not environment.platforms or any(_covers(p, one) for p in environment.platforms)
    ]
    if systems:
        wanted_on = [one for one in wanted_on if one.partition("-")[0] in systems]
    return wanted_on


def _covers(named: str, one: str) -> bool:
    return named == one or named.partition("-")[0] == one or one.partition("-")[0] == named


def _take(collector: Collector, environment: Environment, pythons: Pythons) -> None:
    for channel, place in environment.channels:
        if channel not in _USUAL:
            collector.note(
                "decide", place, f"the channel {channel}", "PyPI has no channels: see that what came from it is there."
            )
    for number, text in environment.comments:
        collector.note("dropped", Place(environment.path, number), text, "A comment that stands alone.")
    for key, place in environment.unknown:
        collector.note("decide", place, key, "It is no part of an environment file that has a counterpart.")
    cuda = ""
    for dependency in environment.dependencies:
        spec = parse_conda(dependency.text)
        if spec is None:
            collector.note("decide", dependency.place, dependency.text, "It cannot be read as a dependency of conda.")
        elif spec.name == "python":
            _python(collector, environment, dependency, spec, pythons)
        else:
            _dependency(collector, environment, dependency, spec)
            cuda = _cuda(spec) or cuda
    for line in environment.pip:
        for platform in _platforms(collector, environment, frozenset()):
            if line.option in ("--requirement", "--constraint"):
                take_file(collector, line, environment.group, platform)
            else:
                group = environment.group
                if not line.option and not group and (one := wanted(line.value)):
                    group = collector.group_of(one.name, line.place)
                collector.line(line, group, platform)
    _torch_index(collector, cuda, environment)


def _python(
    collector: Collector, environment: Environment, dependency: Dependency, spec: CondaSpec, pythons: Pythons
) -> None:
    version = pep440(spec.version)
    if version is None:
        collector.note(
            "decide", dependency.place, dependency.text, "Write the versions of Python into requires-python."
        )
        return
    if version:
        pythons[environment.path] = (requires_python(version), dependency.place)


def requires_python(version: str) -> str:
    """Returns ``requires-python`` for the versions of Python that an environment allows: a single one is its series."""
    single = re.fullmatch(r"==(\d+)\.(\d+)(?:\.[\d*]+)*", version)
    if single:
        return f">={single[1]}.{single[2]},<{single[1]}.{int(single[2]) + 1}"
    return version


def _dependency(collector: Collector, environment: Environment, dependency: Dependency, spec: CondaSpec) -> None:
    about = known(spec.name, installed=bool(spec.build) and not _is_pattern(spec.build))
    version = pep440(spec.version)
    place = dependency.place
    if about.role == "imported":
        if imports_any(collector.root, about.module):
            about = Known("python", about.pypi)
        else:
            about = Known("plumbing", about=f"Nothing here imports {about.module}.")
    if about.role == "system":
        advice = " ".join(filter(None, (about.about, f"apt: {' '.join(about.apt)}." if about.apt else "")))
        collector.note("system", place, dependency.text, advice or "The wheels bring it along.", about.apt)
        return
    if about.role == "plumbing":
        collector.note("dropped", place, dependency.text, about.about or "Part of conda, or of a library's wheel.")
        return
    if about.role == "unknown":
        advice = f"No package of PyPI is known by that name. If {spec.name} is there: `uv add {spec.name}`."
        collector.note("decide", place, dependency.text, advice)
        return
    if spec.channel and spec.channel not in _USUAL:
        collector.note(
            "decide", place, dependency.text, f"It comes from {spec.channel}: see that PyPI's {about.pypi} is the same."
        )
    if version is None:
        collector.note(
            "decide", place, dependency.text, f"No specifier says these versions; {about.pypi} is left free."
        )
        version = ""
    if _is_pattern(spec.build) or re.search(r"cuda|cpu|gpu|mkl", spec.build):
        collector.note("decide", place, dependency.text, f"The build {spec.build} is not asked for any more.")
    name = normalised(about.pypi.partition("[")[0])
    group = environment.group or collector.group_of(name, place)
    for platform in _platforms(collector, environment, dependency.systems):
        collector.add(Wanted(name, f"{about.pypi}{version}"), place, group, platform, dependency.comment)


def _is_pattern(build: str) -> bool:
    return "*" in build or build.startswith("^")


def _cuda(spec: CondaSpec) -> str:
    """Returns the part of the address of PyTorch's index that stands for a version of CUDA, such as ``cu121``."""
    found = re.search(r"(\d+)\.(\d+)", spec.version) if spec.name in _CUDA else None
    return f"cu{found[1]}{found[2]}" if found else "cpu" if spec.name == "cpuonly" else ""


def _torch_index(collector: Collector, cuda: str, environment: Environment) -> None:
    has_torch = any((group, name) in collector.items for group in ("", environment.group) for name in TORCH)
    if not cuda or not has_torch:
        return
    base = next(one.index for one in registries() if one.name == "PyTorch")
    collector.index(f"{base}/{cuda}", Place(environment.path))
    advice = f"torch comes from PyTorch's index {cuda} on Linux and Windows, from PyPI elsewhere."
    if cuda == "cpu":
        advice = "torch comes from PyTorch's index of builds without CUDA."
    collector.note("changed", Place(environment.path), f"CUDA: {cuda}", advice)


def _finished(collector: Collector, named: Sequence[Environment], pythons: Pythons) -> Draft:
    python, files = _agreed(collector, pythons)
    name = next((valid_name(one.name) for one in named if one.name and one.name != "base"), "")
    project, tables = described(collector, name, python, Place(named[0].path))
    draft = collector.draft(project)
    settings = dict(draft.settings)
    if collector.everywhere and all(one.platforms for one in named):
        settings["environments"] = environments(collector.everywhere)
    variables = {key: value for one in named for key, value in one.variables.items()}
    if variables:
        files[".env"] = "".join(f"{key}={_quoted(value)}\n" for key, value in variables.items())
        collector.note("changed", Place(named[0].path), "variables", "They stand in .env: `uv run --env-file .env`.")
    groups = dict(draft.groups)
    replaced = tuple(dict.fromkeys([*(one.path for one in named), *collector.taken]))
    return replace(
        draft,
        settings=settings,
        groups=groups,
        files=files,
        tables=tables,
        replaced=replaced,
        head=tuple(dict.fromkeys(line for one in named for line in one.head)),
        roles={one.path: one.group for one in named},
        notes=tuple(collector.notes),
    )


def _quoted(value: str) -> str:
    return value if re.fullmatch(r"[\w./:@%+,=-]*", value) else "'" + value.replace("'", "'\\''") + "'"


def _agreed(collector: Collector, pythons: Pythons) -> tuple[str, dict[str, str]]:
    """Returns requires-python and the file .python-version; notes environments that want different versions."""
    if not pythons:
        return "", {}
    written, first = next(iter(pythons.values()))
    for version, place in pythons.values():
        if version != written:
            advice = f"{first} says {written}, which is what is written down: one lock has one range."
            collector.note("decide", place, f"python {version}", advice)
    minor = next((text for text in _minors() if Version(text) in SpecifierSet(written)), "")
    single = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", written)
    if single is None or int(single[2]) != int(single[1]) + 1:
        return written, {}
    advice = "It is the range of the environment's Python: widen it when the tests pass on more."
    collector.note("changed", first, f"requires-python {written}", advice)
    return written, {".python-version": f"{minor}\n"} if minor else {}


def _minors() -> list[str]:
    return [f"3.{minor}" for minor in range(30)]
