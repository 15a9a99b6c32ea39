"""The configuration: one frozen model; flags, the reference page and the JSON schema come from its fields."""

import difflib
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, JsonValue, ValidationError
from pydantic.fields import FieldInfo

from tta_validate.config_fields import Flag, Names, Percent, Section, kebab, keyed, listed, off
from tta_validate.cost_config import CostConfig
from tta_validate.documents import Document, parse_toml
from tta_validate.errors import InputError
from tta_validate.findings import Severity
from tta_validate.sdk import Sdk

TABLE = ("tool", "tta-validate")
"""Where the configuration stands in pyproject.toml."""


def _shard(value: str) -> str:
    number, slash, of = value.partition("/")
    if not (slash and number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of) <= 1000):
        raise ValueError(f"{value!r} is not K/N, such as 1/4")
    return value


class Targets(Section):
    """Adoption targets, in percent of the call sites that a guard applies to; ``false`` turns one off.

    The ones ``by-primitive`` count only where the project depends on a package of ``primitives-packages``.
    """

    timeout: Percent = Field(default=100, description="Call sites with any explicit timeout.")
    retry: Percent = Field(default=100, description="Call sites with any explicit retry.")
    cache: Percent = Field(default=None, description="Call sites with any explicit cache.")
    route: Percent = Field(default=None, description="Generative call sites with an explicit choice of model.")
    cost_reduction: Percent = Field(
        default=40, description="Cost of recorded production traffic that the replayed policies would save."
    )
    timeout_by_primitive: Percent = Field(default=None, description="Call sites whose timeout comes from a primitive.")
    retry_by_primitive: Percent = Field(default=None, description="Call sites whose retry comes from a primitive.")
    cache_by_primitive: Percent = Field(default=None, description="Call sites whose cache comes from a primitive.")
    route_by_primitive: Percent = Field(default=None, description="Call sites whose route comes from a primitive.")
    ratchet: bool = Field(
        default=False, description="Whether the best value that `baseline` has written down is the target where higher."
    )


class MemberConfig(Section):
    """What differs for one member of the workspace."""

    ignore: Names = Field(default=(), description="Rules and families whose findings in this member do not count.")
    targets: Targets = Field(
        default=Targets.model_construct(), description="Targets of this member; the others are the project's."
    )


Days = Annotated[int | None, Field(ge=0, le=100_000), BeforeValidator(off)]


class LockConfig(Section):
    """What the project asks of its uv.lock and of changes to it."""

    base: str | None = Field(
        default=None, description="Revision or file that the lock is compared with; that of `since` if not set."
    )
    hosts: Mapping[str, Names] = Field(
        default={}, description="Further hosts that may serve the files of an index, by the host of the index."
    )
    deny: Names = Field(default=(), description="Packages that a change may not add or upgrade.")
    allow: Names = Field(default=(), description="Packages that a change may add; empty for every one.")
    max_jump: Literal["patch", "minor", "major"] | None = Field(
        default=None, description="The largest upgrade that a change may make."
    )
    min_age: Days = Field(
        default=None, description="Days that a release has to be old before a change may bring it in."
    )
    max_age: Days = Field(default=365, description="Days after which an unchanged lock counts as old.")
    targets: Names = Field(
        default=(),
        description="Platforms that the lock has to serve, such as `linux-x86_64`; empty for the usual five.",
    )


class GroupsConfig(Section):
    """What the project says of its dependencies and dependency groups."""

    runtime_groups: Names = Field(
        default=(), description="Dependency groups that are installed in production, so that its code may import them."
    )
    development_extras: Names = Field(
        default=(), description="Extras for those who work on the project, which its code must not import."
    )
    used: Names = Field(default=(), description="Packages that are needed though nothing in the project names them.")
    modules: Mapping[str, Names] = Field(
        default={}, description="Modules that a package gives, by its name, where its name does not tell."
    )
    lower_bounds: bool = Field(default=False, description="Whether every requirement has to have a lower bound.")
    no_pins: bool = Field(
        default=False, description="Whether `==` and upper bounds in `project.dependencies` and extras are findings."
    )


class FixConfig(Section):
    """What `check --fix` writes for guards that are missing."""

    style: Literal["auto", "keywords", "primitives", "tenacity"] = Field(
        default="auto",
        description="What gives a guard: primitives where the module imports them, else the library's own keywords, "
        "else what the project depends on (`auto`); or always the same.",
    )
    timeout: Annotated[float, Field(gt=0, le=86_400)] = Field(default=60, description="Seconds of a timeout.")
    retries: Annotated[int, Field(ge=1, le=100)] = Field(default=3, description="Tries after the first.")
    cache_size: Annotated[int, Field(ge=1)] = Field(default=1024, description="Answers that a cache keeps.")
    fallback_model: str | None = Field(
        default=None, description="Model that a FallbackPrimitive asks when the first fails; without it none is made."
    )


_REPLAY = ("replay",)
_STARTING = ("replay", "record")
Seconds = Annotated[float, Field(gt=0, le=86_400)]
NoiseEntries = Annotated[Mapping[str, Names], BeforeValidator(keyed)]


class ReplaySection(Section):
    """How recorded cases are replayed.

    Without ``command``, ``app`` and ``base-url``, the command of keploy.yml counts.
    """

    command: Annotated[str | None, Flag("--command", "COMMAND", _STARTING, short="-c")] = Field(
        default=None, description="Shell command of the app; `{port}` in it and `PORT` in its environment are the port."
    )
    app: Annotated[str | None, Flag("--app", "MODULE:APP", _REPLAY)] = Field(
        default=None, description="ASGI or WSGI app to import instead, as `package.module:app`."
    )
    base_url: Annotated[str | None, Flag("--base-url", "URL", _REPLAY)] = Field(
        default=None, description="Address of an app that runs already; its outgoing calls are left alone."
    )
    cwd: str | None = Field(
        default=None, description="Folder that the app runs in; the one around the recordings by default."
    )
    python: str | None = Field(default=None, description="Python that imports `app`; the project's own by default.")
    port: Annotated[Annotated[int, Field(ge=1, le=65535)] | None, Flag("--port", "PORT", _STARTING)] = Field(
        default=None, description="Port that the app listens on; a free one by default."
    )
    environment: Mapping[str, str] = Field(default={}, description="Environment variables of the app.")
    health: Annotated[str | None, Flag("--health", "URL", _STARTING)] = Field(
        default=None, description="Path or URL that has to answer 2xx before the first case."
    )
    state_files: Names = Field(
        default=(), description="Files that every test set begins with as they are now, such as a SQLite database."
    )
    clock: Annotated[Literal["recorded", "real"], Flag("--clock", "recorded|real", _REPLAY)] = Field(
        default="recorded", description="Whether the app's clock stands at each case where it stood at the recording."
    )
    ignore: NoiseEntries = Field(
        default={},
        description="Places where a difference does not count, such as `body.items.*.id` or `header.X-*`; "
        "with patterns, the value has to match one.",
    )
    on_miss: Annotated[Literal["fail", "pass-through"], Flag("--on-miss", "fail|pass-through", _REPLAY)] = Field(
        default="fail", description="What becomes of an outgoing call without a recorded answer."
    )
    bypass: tuple[Mapping[str, str | int], ...] = Field(
        default=(), description="Outgoing calls made for real: `host`, `path` (patterns) and `port`."
    )
    variables: Mapping[str, str] = Field(
        default={}, description="Environment variables that hold a base URL, with the recorded URL each stands for."
    )
    fail_on_classes: Annotated[
        tuple[Literal["behaviour", "drift", "volatile"], ...],
        BeforeValidator(listed),
        Flag("--fail-on-classes", "CLASSES", _REPLAY),
    ] = Field(default=("behaviour",), description="Classes of differences that fail a case.")
    compat: Annotated[bool, Flag("--compat", "", _REPLAY)] = Field(
        default=False, description="Whether the verdict is Keploy's own also where that lets a change through."
    )
    timeout: Annotated[Seconds | None, Flag("--timeout", "SECONDS", _REPLAY)] = Field(
        default=None, description="Seconds that an answer may take; `apiTimeout` of keploy.yml, else 10."
    )
    start_timeout: Seconds = Field(default=60, description="Seconds that the app may take to get ready.")
    stop_timeout: Seconds = Field(default=3, description="Seconds that the app has to end by itself.")


class ReplayConfig(ReplaySection):
    """How recorded cases are replayed."""

    engine: Annotated[Literal["native", "keploy", "auto"], Flag("--engine", "native|keploy|auto", _REPLAY)] = Field(
        default="native", description="What replays: this program, the `keploy` binary, or that one where it can run."
    )
    folders: Mapping[str, ReplaySection] = Field(
        default={}, description="What differs for one folder of recordings, by its path from the root."
    )


class Config(Section):
    """Everything that can be configured, under ``[tool.tta-validate]`` in the root's pyproject.toml."""

    select: Annotated[Names, Flag("--select", "IDS", ("check",))] = Field(
        default=(), description="Rules, metrics and families to run; empty for every family that is on by default."
    )
    ignore: Annotated[Names, Flag("--ignore", "IDS", ("check",))] = Field(
        default=(), description="Rules, metrics and families not to run."
    )
    fail_on: Annotated[Severity, Flag("--fail-on", "SEVERITY", ("check", "lock diff"))] = Field(
        default=Severity.WARNING, description="The lowest severity of a finding that makes the exit status 1."
    )
    baseline: Annotated[str | None, Flag("--baseline", "FILE", ("check", "baseline"))] = Field(
        default=None, description="File of known findings, which do not count; relative to the root."
    )
    since: Annotated[str | None, Flag("--since", "REV", ("check",))] = Field(
        default=None, description="Git revision whose findings do not count: only what is new against it does."
    )
    history: Annotated[str | None, Flag("--history", "FILE", ("check", "report merge"))] = Field(
        default=None,
        description="JSONL file to which each run on the whole project adds its numbers; relative to the root.",
    )
    shard: Annotated[Annotated[str, AfterValidator(_shard)] | None, Flag("--shard", "K/N", ("check",))] = Field(
        default=None, description="Part K of N of the files to report on; `report merge` joins the parts."
    )
    output: Annotated[Names, Flag("--output", "FORMAT[=FILE]", split=False)] = Field(
        default=("terminal",), description="Formats to write, each to standard output or to a file."
    )
    exclude: Annotated[Names, Flag("--exclude", "PATTERNS")] = Field(
        default=(), description="Files and folders to leave out, as patterns of a .gitignore file."
    )
    include_tests: Annotated[bool, Flag("--include-tests", "")] = Field(
        default=False, description="Whether call sites in tests count too."
    )
    primitives_packages: Names = Field(
        default=("tta-dev-primitives", "tta-dev-integrations", "tta-observability-integration", "tta-dev", "ttadev"),
        description="Packages that give primitives; depending on one turns the targets by primitive on.",
    )
    cache: bool = Field(default=True, description="Whether facts are kept between runs; `--no-cache` turns it off.")
    cache_dir: Annotated[str | None, Flag("--cache-dir", "DIR")] = Field(
        default=None, description="Folder of the cache; the user's cache folder by default."
    )
    jobs: Annotated[int, Flag("--jobs", "N")] = Field(
        default=0, ge=0, le=1024, description="Worker processes; 0 for as many as the machine has processors."
    )
    strict: Annotated[bool, Flag("--strict", "", ("check", "lock check"))] = Field(
        default=False, description="Whether a file that has to be skipped makes the exit status 2."
    )
    targets: Targets = Field(default=Targets.model_construct(), description="Adoption targets.")
    lock: LockConfig = Field(
        default=LockConfig.model_construct(), description="What is asked of uv.lock and of changes to it."
    )
    cost: CostConfig = Field(
        default=CostConfig.model_construct(), description="Recorded traffic, its prices, and the policies replayed."
    )
    groups: GroupsConfig = Field(
        default=GroupsConfig.model_construct(), description="What is asked of dependencies and dependency groups."
    )
    fix: FixConfig = Field(
        default=FixConfig.model_construct(), description="What `check --fix` writes for guards that are missing."
    )
    replay: ReplayConfig = Field(default=ReplayConfig.model_construct(), description="How recorded cases are replayed.")
    members: Mapping[str, MemberConfig] = Field(
        default={}, description="What differs for a member of the workspace, by its name."
    )
    sdk: tuple[dict[str, JsonValue], ...] = Field(
        default=(), description="Tables of in-house clients, with the fields of the built-in SDK tables."
    )

    def target(self, metric: str, member: str | None) -> float | None:
        """Returns the target, in percent, of a metric such as ``timeout`` for a member or the project; None if off."""
        name = metric.replace("-", "_")
        own = self.members[member].targets if member is not None and member in self.members else None
        source = own if own is not None and name in own.model_fields_set else self.targets
        return cast("float | None", getattr(source, name))


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration, where each of its values comes from (``pyproject.toml:3``, ``--jobs``), and its SDK tables.

    A value that is not in ``origins`` is a default.
    """

    config: Config
    origins: Mapping[str, str]
    sdks: tuple[Sdk, ...] = ()
    path: str = "pyproject.toml"


def flags() -> dict[str, Flag]:
    """Returns the command line flag of each field that has one, by the field's key: ``fail-on``, ``replay.clock``."""
    return {key: flag for key, field in fields().items() for flag in field.metadata if isinstance(flag, Flag)}


def fields() -> dict[str, FieldInfo]:
    """Returns the fields that a flag can set by their key, those of ``replay`` and ``cost`` with its name and a dot."""
    own = {kebab(name): field for name, field in Config.model_fields.items()}
    own |= {f"cost.{kebab(name)}": field for name, field in CostConfig.model_fields.items()}
    return own | {f"replay.{kebab(name)}": field for name, field in ReplayConfig.model_fields.items()}


def load(root: Path, file: Path | None = None, given: Mapping[str, object] | None = None) -> Loaded:
    """Returns the configuration of a root: its pyproject.toml or ``file``, with the flags ``given`` on top.

    Raises InputError, with the line, for a file that cannot be used, an unknown key or a value that does not fit.
    """
    path = file or root / "pyproject.toml"
    shown = path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else path.as_posix()
    document = _read(path, shown, required=file is not None)
    keys = TABLE if document.table(*TABLE) is not None or path.name == "pyproject.toml" else ()
    table = document.table(*keys) or {}
    flag_names = flags()
    merged = _merged(table, given or {})
    origins = {key: f"{shown}:{line}" for key, line in _origins(document, keys, table)}
    origins |= {key: flag_names[key].name if key in flag_names else f"--{key}" for key in given or {}}
    try:
        config = Config.model_validate(merged)
    except ValidationError as error:
        raise InputError(_explain(error, document, keys, given or {})) from None
    return Loaded(config, origins, _tables(config.sdk, document, keys), shown)


def _merged(table: Mapping[str, object], given: Mapping[str, object]) -> dict[str, object]:
    """Returns the table with the flags on top; ``replay.clock`` is the key of a table inside."""
    merged = dict(table)
    for key, value in given.items():
        outer, dot, inner = key.partition(".")
        below = merged.get(outer, {})
        if dot and isinstance(below, Mapping):
            merged[outer] = {**cast("Mapping[str, object]", below), inner: value}
        elif not dot:
            merged[key] = value
    return merged


def _read(path: Path, shown: str, *, required: bool) -> Document:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        if required:
            raise InputError(f"{shown}: there is no such file") from None
        return Document(shown, {}, {})
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        raise InputError(f"{shown}: cannot be read: {reason}") from None
    return parse_toml(text, shown)


def _origins(document: Document, keys: tuple[str, ...], table: Mapping[str, object]) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for key, value in table.items():
        found.append((key, document.line(*keys, key)))
        if isinstance(value, Mapping):
            nested = cast("Mapping[str, object]", value)
            found += [(f"{key}.{name}", line) for name, line in _origins(document, (*keys, key), nested)]
    return found


def _explain(error: ValidationError, document: Document, keys: tuple[str, ...], given: Mapping[str, object]) -> str:
    first = error.errors(include_url=False)[0]
    told = first["msg"].removeprefix("Value error, ")
    loc = tuple(str(part) for part in first["loc"])
    name = ".".join(loc)
    key = next((key for key in (".".join(loc[:2]), *loc[:1]) if key in given), None)
    if key is not None:
        flag = flags().get(key)
        return f"{flag.name if flag else '--' + key}: {told}"
    place = f"{document.path}:{document.line(*keys, *loc)}"
    if first["type"] == "extra_forbidden":
        hint = closest(loc[-1], _keys_at(Config, loc[:-1]))
        return f"{place}: unknown key {name!r}{hint}"
    return f"{place}: {name}: {told}"


def closest(word: str, choices: Sequence[str]) -> str:
    """Returns ``; did you mean ...?`` with the choice nearest to the word, or the choices when none is near."""
    near = difflib.get_close_matches(word, choices, n=1, cutoff=0.6)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; one of: {', '.join(sorted(choices))}" if choices else ""


def _keys_at(model: type[BaseModel], loc: tuple[str, ...]) -> list[str]:
    """Returns the keys that the table at ``loc`` may have."""
    if not loc:
        return [kebab(name) for name in model.model_fields]
    field = model.model_fields.get(loc[0].replace("-", "_"))
    annotation: Any = field.annotation if field else None
    rest = loc[1:]
    if typing.get_origin(annotation) not in (None, types.UnionType):
        annotation, rest = typing.get_args(annotation)[-1], rest[1:]
    return _keys_at(annotation, rest) if isinstance(annotation, type) and issubclass(annotation, BaseModel) else []


def _tables(raw: Sequence[Mapping[str, JsonValue]], document: Document, keys: tuple[str, ...]) -> tuple[Sdk, ...]:
    if not raw:
        return ()
    import re

    import msgspec

    tables: list[Sdk] = []
    for at, entry in enumerate(raw):
        try:
            tables.append(msgspec.convert({"project": True, **entry}, Sdk))
        except msgspec.ValidationError as error:
            message = str(error)
            found = re.search(r" - at `\$(.*)`$", message)
            inner = tuple(re.findall(r"[\w-]+", found[1])) if found else ()
            unknown = re.search(r"unknown field `(.*?)`", message)
            where = (*inner, unknown[1]) if unknown else inner
            line = document.line(*keys, "sdk", str(at), *where)
            plain = re.sub(r" - at `.*`$", "", message)
            raise InputError(f"{document.path}:{line}: sdk.{'.'.join((str(at), *where))}: {plain}") from None
    return tuple(tables)
