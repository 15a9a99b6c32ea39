"""What a table says of one library: its clients, its model calls, and the guards that it gives.

A table is data. The built-in ones are `sdks/<library>.py`, each with one ``SDK = Sdk(...)``; a user writes the same
fields, in kebab-case, as ``[[tool.tta-validate.sdk]]``.

Dotted names are those that an import would spell (``openai.AsyncOpenAI``). Two short forms save repetition:
``{a,b}`` stands for each of ``a`` and ``b``, and ``**`` for any number of modules between two names
(``ttadev.primitives.**.RetryPrimitive``).
"""

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

GuardName = Literal["timeout", "retry", "cache", "route"]
Kind = Literal["sdk", "gateway", "framework", "http", "primitive"]
Keys = Mapping[GuardName, tuple[str, ...]]
"""Guard -> the argument keys that set it. A key is a keyword (``timeout``), a path into a nested dict or constructor
(``http_options.timeout``), a position (``0``), or ``*`` for every argument. A value that is not None, False, 0 or one
of `Sdk.unset` sets the guard; so does a constructor call unless all its arguments are such (``Timeout(None)``)."""


class Table(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True, omit_defaults=True):
    """What every part of a table has in common: frozen, and strict about unknown fields."""


class Call(Table, frozen=True):
    """Model calls: attribute paths on a `Type` (``chat.completions.create``), or dotted names of functions.

    ``""`` as a path of a type says that calling the object itself is the model call (``dspy.Predict(...)(...)``).
    ``model``, ``prompt``, ``limit``: the keys of the model's name, of the prompt and of the output limit.
    ``stream``: always streams; otherwise ``stream=True`` in the arguments decides.
    ``gives``: guards that the call has whatever its arguments (``litellm.completion_with_retries``).
    ``url``: the keys of the URL. A call that has them counts only when its URL is an `Endpoint` of some table.
    """

    paths: tuple[str, ...]
    kind: Kind | None = None
    provider: str | None = None
    model: tuple[str, ...] = ("model",)
    prompt: tuple[str, ...] = ("messages", "prompt", "input", "contents")
    limit: tuple[str, ...] = ()
    temperature: tuple[str, ...] = ("temperature",)
    guards: Keys = {}
    embedding: bool = False
    stream: bool = False
    callee: tuple[str, ...] = ()
    """Keys whose value is called (an SDK function handed to a helper of the library)."""
    gives: tuple[GuardName, ...] = ()
    url: tuple[str, ...] = ()


class Type(Table, frozen=True):
    """Objects of a library that a model call can start from, or that change how one behaves.

    ``constructors``: dotted names; calling one makes the object. A project class that derives from one is one too.
    ``guards``: constructor keys that set a guard. ``gives``: guards that the object gives to what it wraps or sends,
    whatever the arguments (``RetryPrimitive``). ``off``: keys that take such a guard away when None, False or 0
    (``make_resilient_llm(cache=False)``).
    ``inner``: constructor keys that hold wrapped objects (a client, a model, steps, a dict or list of them); guards of
    this object cover them, and theirs reach this object's calls. ``needs_inner``: the calls count only when something
    inside makes model calls (``RetryPrimitive(step)``, ``prompt | model``).
    ``middleware``: constructor keys of objects whose guards this object has even when it is ``opaque``.
    ``fills``: methods whose arguments join what is inside (``add_node``). ``sets``: method -> the guards that it sets
    on the object itself, with their keys (``mount``).
    ``same``: methods that return this object again, with the keywords counted like the constructor's
    (``with_options``). ``methods``: attribute path -> name of the type that calling it returns, with the keywords
    counted like a constructor's and with what this object has and holds. ``attributes``: the same without a call.
    ``adds``: method -> guard that its result has (``with_retry``).
    ``through``: attributes that change nothing (``aio``, ``with_raw_response``).
    ``composes``: the name of the type that ``|`` and ``>>`` make of such an object and another; empty: they do not.
    ``primitive``: a guard of this type comes from a primitive.
    ``model``: constructor keys of the model's name. ``url``: those of the URL that a call's URL is appended to.
    """

    name: str
    constructors: tuple[str, ...] = ()
    kind: Kind | None = None
    provider: str | None = None
    guards: Keys = {}
    gives: tuple[GuardName, ...] = ()
    off: Keys = {}
    inner: tuple[str, ...] = ()
    needs_inner: bool = False
    middleware: tuple[str, ...] = ()
    fills: tuple[str, ...] = ()
    sets: Mapping[str, Keys] = {}
    same: tuple[str, ...] = ()
    methods: Mapping[str, str] = {}
    attributes: Mapping[str, str] = {}
    adds: Mapping[str, GuardName] = {}
    through: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    composes: str = ""
    primitive: bool = False
    model: tuple[str, ...] = ("model",)
    url: tuple[str, ...] = ()
    limit: tuple[str, ...] = ()
    temperature: tuple[str, ...] = ("temperature",)
    ambient: tuple[GuardName, ...] = ()
    """Guards that a model owns which the call does not name (dspy's settings): unknown."""
    opaque: bool = False
    """A graph or agent whose own calls do not show the guards of the models inside: those states are unknown."""


class Giver(Table, frozen=True):
    """A function, class or context manager that guards what it stands around.

    A method is spelled by the class of its object (``joblib.Memory.cache``).
    ``shape``: ``decorator`` (also ``decorate(f)``), ``context`` (``with``), ``iterator`` (``for attempt in ...``),
    ``around`` (it, or what it returns, is called with the guarded call, coroutine or function as argument
    ``guarded``), ``global`` (calling or
    assigning it guards every call of the types in ``covers``), ``before`` (guards what follows in the same function,
    ``signal.alarm``), ``result`` (``paths`` are methods of what a deferring call returned:
    ``pool.submit(f).result(timeout=5)``).
    ``bound``: the keys of which one must be set and not None for the guard to be there (``wait_for(x, timeout)``);
    empty: always. For an assignment, the value assigned is at key ``0``.
    ``tries``: the keys of how often something is tried in all: once is no retry. With a key goes the name of the
    function that is given the number (``stop=stop_after_attempt(3)``), empty where the number itself stands there.
    ``covers``: names of types, ``""`` for the functions of the table; empty: all of the table.
    ``undecided``: why the guard is unknown here instead of there.
    """

    paths: tuple[str, ...]
    guard: GuardName
    shape: Literal["decorator", "context", "iterator", "around", "global", "before", "result"]
    bound: tuple[str, ...] = ()
    guarded: tuple[str, ...] = ("0",)
    tries: Mapping[str, str] = {}
    covers: tuple[str, ...] = ()
    manual: bool = False
    primitive: bool = False
    undecided: str = ""


class Endpoint(Table, frozen=True):
    """Raw HTTP to a model: ``host`` and ``path`` are regular expressions searched in what is known of the URL.

    A URL is an endpoint's when all that are given match. What is unknown of a URL stands in braces, as written.
    """

    provider: str
    host: str = ""
    path: str = ""
    embedding: bool = False
    body: tuple[str, ...] = ()


class Sdk(Table, frozen=True):
    """One library. ``imports``: the module names whose import makes a file worth reading.

    ``near``: such an import says something only where code of the project that a value could come from has one of
    these texts (a library for any HTTP request, of which few go to a model). Empty: always.
    ``defers``: dotted names -> key of a callable that is called later (``asyncio.to_thread`` -> ``0``); a name that
    begins with a dot is a method of any object (``.run_in_executor`` -> ``1``).
    ``unset``: dotted names of values that leave an argument unset (``openai.NOT_GIVEN``).
    ``title``, ``url``: for the documentation. ``project``: the names count even where the project itself defines them
    (primitives, in-house clients).
    ``enclosing``: dotted names of base classes; inside a class that derives from one, an SDK call belongs to a
    primitive and is left out of the retry, cache and route denominators.
    """

    name: str
    title: str = ""
    url: str = ""
    imports: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    types: tuple[Type, ...] = ()
    functions: tuple[Call, ...] = ()
    provider: str | None = None
    kind: Kind = "sdk"
    givers: tuple[Giver, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    defers: Mapping[str, str] = {}
    unset: tuple[str, ...] = ()
    project: bool = False
    enclosing: tuple[str, ...] = ()


_BRACES = re.compile(r"\{([^{}]*)\}")


def spellings(name: str) -> Iterator[str]:
    """Yields the dotted names that a short form with ``{a,b}`` stands for, in order."""
    parts = _BRACES.split(name)
    choices = [part.split(",") if at % 2 else [part] for at, part in enumerate(parts)]
    for combination in itertools.product(*choices):
        yield "".join(combination)
