"""Chart archives without their schemas, for renderings that need no validation."""

from baro.expand.charts.chartfiles import archive_files, pack

SCHEMA = "values.schema.json"


def without_schemas(content: bytes) -> bytes:
    """Return a chart archive without the values schemas, sub-charts' included.

    Raises:
        ChartFilesError: it, or an archive in it, is no chart archive.
    """
    files: dict[str, bytes] = {}
    for path, body in archive_files(content).items():
        folder, _, name = path.rpartition("/")
        if name == SCHEMA:
            continue
        nested = name.endswith(".tgz") and folder.endswith("charts")
        files[path] = without_schemas(body) if nested else body
    return pack("chart", files)
