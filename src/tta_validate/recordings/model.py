"""The values of a recording, as they stand in its files.

Moments are nanoseconds since 1970-01-01 UTC, None where the file holds Go's zero time. A body is text, or bytes where
the file says ``!!binary``. ``extra`` holds the fields of a document that have no attribute here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Pairs = tuple[tuple[str, str], ...]
"""Names and values in the order and case of the file."""

Patterns = tuple[tuple[str, tuple[str, ...]], ...]
"""Paths or names with the regular expressions of each; no expression means whatever the value."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """A YAML value under a tag that is not YAML's own, such as ``!pg/int4``."""

    tag: str
    value: object


@dataclass(frozen=True, slots=True)
class Place:
    """A file as the reader was given it, and a line from 1."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something of a recording that cannot be used, where it stands, and why."""

    place: Place
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class FormField:
    """A part of a multipart form: its values, and the files it uploads, relative to the Keploy folder."""

    key: str
    values: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BodyRef:
    """A body that is kept in a file: its path relative to the Keploy folder, and its size in bytes."""

    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of a streamed answer: when it came, and its fields (``data``, ``event``, ``raw`` ...)."""

    at: int | None
    data: Pairs


@dataclass(frozen=True, slots=True)
class Request:
    """A recorded request. ``url`` is absolute in cases; in mocks often only the path, with the host in ``Host``."""

    method: str
    url: str
    headers: Pairs = ()
    body: str | bytes = ""
    at: int | None = None
    params: Pairs = ()
    form: tuple[FormField, ...] = ()
    body_ref: BodyRef | None = None
    extra: Mapping[str, object] = field(default_factory=dict[str, object])

    def header(self, name: str) -> str | None:
        """Returns the value of the header whatever its case, or None."""
        return header(self.headers, name)


@dataclass(frozen=True, slots=True)
class Response:
    """A recorded answer. ``body_size`` is set where the body was too large to be kept: only its bytes were counted."""

    status: int
    headers: Pairs = ()
    body: str | bytes = ""
    at: int | None = None
    message: str = ""
    chunks: tuple[Chunk, ...] = ()
    body_size: int | None = None
    extra: Mapping[str, object] = field(default_factory=dict[str, object])

    def header(self, name: str) -> str | None:
        """Returns the value of the header whatever its case, or None."""
        return header(self.headers, name)


@dataclass(frozen=True, slots=True)
class Noise:
    """Where a difference does not count: header names, and body paths of object keys joined by dots.

    A path without patterns silences whatever stands there; with patterns, the replayed value must match one.
    """

    headers: Patterns = ()
    body: Patterns = ()
    all_headers: bool = False
    all_body: bool = False

    def over(self, other: "Noise") -> "Noise":
        """Returns both, with this one's entry where both name the same."""
        return Noise(
            tuple({**dict(other.headers), **dict(self.headers)}.items()),
            tuple({**dict(other.body), **dict(self.body)}.items()),
            self.all_headers or other.all_headers,
            self.all_body or other.all_body,
        )


@dataclass(frozen=True, slots=True)
class Case:
    """One recorded case: a request to the app and the answer it gave.

    ``place`` is the line of the case's name. ``checks`` are the assertions other than noise, values as in the file.
    ``templates`` tells whether a ``{{...}}`` placeholder stands in it.
    """

    name: str
    kind: str
    set_name: str
    place: Place
    request: Request
    response: Response
    noise: Noise = field(default_factory=Noise)
    checks: tuple[tuple[str, object], ...] = ()
    app_port: int | None = None
    version: str = ""
    description: str = ""
    templates: bool = False
    metadata: Mapping[str, object] = field(default_factory=dict[str, object])
    extra: Mapping[str, object] = field(default_factory=dict[str, object])

    @property
    def key(self) -> str:
        """The set and name of the case, as ``set/name``."""
        return f"{self.set_name}/{self.name}"


@dataclass(frozen=True, slots=True)
class Mock:
    """One recorded exchange of the app with something it calls.

    ``request`` and ``response`` are there for Http kinds; other protocols read ``spec``, whose keys keep their case.
    ``at`` and ``until`` are when the request was made and answered; ``connection`` is the number of the connection.
    """

    name: str
    kind: str
    place: Place
    spec: Mapping[str, object]
    at: int | None = None
    until: int | None = None
    connection: str = ""
    metadata: Pairs = ()
    request: Request | None = None
    response: Response | None = None
    noise: tuple[str, ...] = ()
    extra: Mapping[str, object] = field(default_factory=dict[str, object])

    @property
    def lifetime(self) -> str:
        """The lifetime Keploy gave it: ``session``, ``connection``, or ``test`` for one that is used once."""
        metadata = dict(self.metadata)
        named = metadata.get("lifetime") or metadata.get("type", "")
        return {"config": "session", "session": "session", "connection": "connection"}.get(named, "test")


@dataclass(frozen=True, slots=True)
class MockUse:
    """A mock that a case used when it was recorded; ``kind`` is empty and ``at`` None in older files."""

    name: str
    kind: str = ""
    at: int | None = None


@dataclass(frozen=True, slots=True)
class SetConfig:
    """The ``config.yaml`` and ``secret.yaml`` of a test set. ``template`` holds the values of placeholders by name."""

    template: Mapping[str, object] = field(default_factory=dict[str, object])
    secret: Mapping[str, object] = field(default_factory=dict[str, object])
    pre_script: str = ""
    post_script: str = ""
    app_command: str = ""
    metadata: Mapping[str, object] = field(default_factory=dict[str, object])
    extra: Mapping[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True)
class KeployConfig:
    """What a ``keploy.yml`` says of replay; a value the file leaves out has Keploy's own default. Times in seconds.

    ``selected`` and ``ignored`` map a test set to names of cases; no name means all of the set.
    """

    path: str = ""
    command: str = ""
    selected: tuple[tuple[str, tuple[str, ...]], ...] = ()
    ignored: tuple[tuple[str, tuple[str, ...]], ...] = ()
    noise: Noise = field(default_factory=Noise)
    set_noise: tuple[tuple[str, Noise], ...] = ()
    replace_urls: Pairs = ()
    replace_ports: Pairs = ()
    bypass: tuple[Mapping[str, object], ...] = ()
    delay: float = 5.0
    health_url: str = ""
    health_timeout: float = 60.0
    api_timeout: float = 5.0
    host: str = ""
    port: int | None = None
    base_path: str = ""
    mocking: bool = True
    ignore_ordering: bool = True
    compare_all: bool = False
    schema_match: bool = False
    auto_header_noise: bool = True
    use_mappings: bool = True
    place: Place | None = None
    extra: Mapping[str, object] = field(default_factory=dict[str, object])

    def noise_for(self, set_name: str) -> Noise:
        """Returns the noise of the whole file for one test set; the set's entry wins over the global one."""
        return dict(self.set_noise).get(set_name, Noise()).over(self.noise)


@dataclass(frozen=True, slots=True)
class CaseSet:
    """A test set: a folder of cases that were recorded together, in the order of replay.

    ``folder`` is the set's own, ``keploy_folder`` the one that paths of uploads and large bodies are relative to.
    ``mock_files`` are read by ``recordings.mocks``. ``mappings`` tells which mocks each case used.
    """

    name: str
    folder: str
    keploy_folder: str
    cases: tuple[Case, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    mock_files: tuple[str, ...] = ()
    config: SetConfig = field(default_factory=SetConfig)
    mappings: Mapping[str, tuple[MockUse, ...]] = field(default_factory=dict[str, tuple[MockUse, ...]])


def header(headers: Iterable[tuple[str, str]], name: str) -> str | None:
    """Returns the value of the first header of that name whatever its case, or None."""
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), None)
