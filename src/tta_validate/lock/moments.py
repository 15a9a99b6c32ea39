"""When files and releases were uploaded."""

from datetime import UTC, datetime

from tta_validate.lock_model import Artifact, Files


def uploaded(artifact: Artifact) -> datetime | None:
    """Returns when a file was uploaded, None where the lock does not say."""
    try:
        moment = datetime.fromisoformat(artifact.upload_time or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def released(files: Files) -> datetime | None:
    """Returns when the first file of a release was uploaded, None where the lock does not say."""
    return min((moment for one in files.every if (moment := uploaded(one))), default=None)
