"""Which mocks each case used, out of ``mappings.yaml`` in its three shapes."""

from collections.abc import Mapping

from tta_validate.recordings.fields import is_mapping, items, mapping, moment, text
from tta_validate.recordings.model import MockUse


def read_mappings(values: Mapping[str, object]) -> dict[str, tuple[MockUse, ...]]:
    """Returns the mocks by the name of the case: a comma text, a list, or ``mock_entries`` with times."""
    found: dict[str, tuple[MockUse, ...]] = {}
    for entry in items(values.get("tests")):
        test = mapping(entry)
        if name := text(test.get("id")):
            listed = test["mock_entries"] if "mock_entries" in test else test.get("mocks")
            found[name] = tuple(use for one in _each(listed) if (use := _use(one)).name)
    return found


def _each(listed: object) -> tuple[object, ...]:
    return tuple(name.strip() for name in listed.split(",")) if isinstance(listed, str) else items(listed)


def _use(value: object) -> MockUse:
    if not is_mapping(value):
        return MockUse(text(value).strip())
    return MockUse(text(value.get("name")), text(value.get("kind")), moment(value.get("reqTimestampMock")))
