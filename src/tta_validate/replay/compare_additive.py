"""Whether Keploy (v3) passes a body of JSON that differs, because it takes the difference for new fields only.

It looks at leaves by their path, where all elements of an array share one path and the last of them counts; an object
or array without leaves is not seen at all. So it also passes an empty array that became a number.
"""

from tta_validate.recordings.model import Noise
from tta_validate.replay.compare_json import is_array, is_number, is_object, scalar_text
from tta_validate.replay.compare_noise import matches_any


def only_adds(expected: object, actual: object, noise: Noise) -> bool:
    """Returns whether each leaf of the recording is in the answer with its value, and the answer has more."""
    entries = sorted(
        ((path.lower(), patterns) for path, patterns in noise.body), key=lambda one: (-len(one[0]), one[0])
    )
    before, after = _Leaves(entries), _Leaves(entries)
    before.collect(expected, "")
    after.collect(actual, "")
    same = all(path in after.found and after.found[path] == leaf for path, leaf in before.found.items())
    return same and len(after.found) > len(before.found)


class _Leaves:
    def __init__(self, entries: list[tuple[str, tuple[str, ...]]]) -> None:
        self.found: dict[str, object] = {}
        self._entries = entries

    def collect(self, value: object, path: str) -> None:
        if self._is_noise(value, path.lower()):
            return
        if is_object(value):
            for name, inner in value.items():
                self.collect(inner, f"{path}.{name}" if path else name)
        elif is_array(value):
            for inner in value:
                self.collect(inner, f"{path}[]")
        else:
            self.found[path] = ("number", float(value)) if is_number(value) else (type(value), value)

    def _is_noise(self, value: object, key: str) -> bool:
        patterns = next((patterns for path, patterns in self._entries if path in key), None)
        if patterns is None:
            return False
        text = scalar_text(value)
        return not patterns or (text is not None and matches_any(patterns, text))
