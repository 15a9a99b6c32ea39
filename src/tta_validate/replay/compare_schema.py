"""The shapes of two JSON bodies: names and types, whatever the values."""

from collections.abc import Iterator

from tta_validate.replay.compare_json import Gap, is_array, is_number, is_object
from tta_validate.replay.compare_noise import Path


def shape_gaps(expected: object, actual: object, path: Path = ()) -> Iterator[Gap]:
    """Yields each name of the recording that is gone and each value of another type; new names are fine.

    Arrays are compared pairwise up to the shorter one.
    """
    if is_object(expected) and is_object(actual):
        for name, value in expected.items():
            if name in actual:
                yield from shape_gaps(value, actual[name], (*path, name))
            else:
                yield Gap((*path, name), "", "missing", value)
    elif is_array(expected) and is_array(actual):
        for at, (left, right) in enumerate(zip(expected, actual, strict=False)):
            yield from shape_gaps(left, right, (*path, at))
    elif not (type(expected) is type(actual) or (is_number(expected) and is_number(actual))):
        yield Gap(path, "", "type", expected, actual)
