"""The files of a chart, out of a folder or an archive, within Helm's own bounds."""

import gzip
import io
import posixpath
import re
import tarfile
import zlib
from collections.abc import Mapping

from baro.expand.charts.helmignore import NAME, IgnoreRules, IgnoreSyntaxError
from baro.expand.ports import Tree
from baro.model.text import Location

# The bounds of Helm itself: pkg/chart/loader/archive/archive.go
LARGEST_FILE = 5 * 1024 * 1024
"""Bytes of one file of a chart."""
LARGEST_CHART = 100 * 1024 * 1024
"""Bytes of all files of a chart, unpacked."""
MOST_FILES = 10_000
"""Files of a chart; Helm has no such bound, and no chart comes near it."""

_PIECE = 1024 * 1024
_MARK = b"\xef\xbb\xbf"
_DRIVE = re.compile(r"[a-zA-Z]:/")


class ChartFilesError(ValueError):
    """The files are no chart that Helm would load; the message is Helm's.

    `ours` tells that the bound is baro's own, so that Helm might go on; `location`
    is the line that Helm stumbles on, None where it is the files as a whole.
    """

    def __init__(
        self, message: str, location: Location | None = None, *, ours: bool = False
    ) -> None:
        """Keep the words and the line."""
        super().__init__(message)
        self.ours = ours
        self.location = location


def folder_files(tree: Tree, folder: str) -> dict[str, bytes]:
    """Return the files of a chart folder, by their path in it; honours .helmignore.

    Raises:
        ChartFilesError: Helm's loader would refuse the folder, or a bound is met.
        UnreadableFileError: a file cannot be read at all.
    """
    prefix = _prefix(folder)
    rules = _ignore_rules(tree, f"{prefix}{NAME}")
    paths = [path[len(prefix) :] for path in tree.files(folder)]
    kept: dict[str, bytes] = {}
    total = 0
    for path in rules.kept(paths):
        content = tree.read(prefix + path)
        if len(content) > LARGEST_FILE:
            name = posixpath.basename(path)
            raise ChartFilesError(
                f'chart file "{name}" is larger than the maximum file size '
                f"{LARGEST_FILE}"
            )
        total += len(content)
        if total > LARGEST_CHART or len(kept) >= MOST_FILES:
            raise ChartFilesError(
                f"the chart folder holds more than {LARGEST_CHART >> 20} MiB "
                f"or {MOST_FILES} files",
                ours=True,
            )
        kept[path] = content.removeprefix(_MARK)
    return kept


def _prefix(folder: str) -> str:
    cleaned = posixpath.normpath(folder or ".")
    return "" if cleaned == "." else f"{cleaned}/"


def _ignore_rules(tree: Tree, path: str) -> IgnoreRules:
    try:
        text = tree.text(path).text if tree.is_file(path) else ""
        return IgnoreRules.of(text)
    except (IgnoreSyntaxError, FileNotFoundError) as error:
        raise ChartFilesError(str(error)) from error


def archive_files(content: bytes) -> dict[str, bytes]:
    """Return the files of a chart archive, by their path in the chart.

    Nothing is written anywhere; links and devices are not followed, but empty files.

    Raises:
        ChartFilesError: it is no archive, it is a bomb, or a path leaves the chart.
    """
    # Headers and padding: at most two blocks of 512 bytes a file.
    bound = LARGEST_CHART + 2 * 512 * MOST_FILES
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as unzipped:
            plain = _read(unzipped, bound + 1)
        if len(plain) > bound:
            raise _too_large()
        with tarfile.open(fileobj=io.BytesIO(plain), mode="r:") as archive:
            return _members(archive)
    except (EOFError, zlib.error, tarfile.TarError, OSError) as error:
        raise ChartFilesError(str(error) or "unexpected EOF") from error


def _read(stream: gzip.GzipFile, most: int) -> bytes:
    """Read in pieces: asked for `most` at once, Python makes room for all of it."""
    pieces: list[bytes] = []
    while most > 0 and (piece := stream.read(min(_PIECE, most))):
        pieces.append(piece)
        most -= len(piece)
    return b"".join(pieces)


def _members(archive: tarfile.TarFile) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    left = LARGEST_CHART
    for member in archive:
        if member.isdir():
            continue
        path = _inner_path(member.name)
        left -= member.size
        if left < 0:
            raise _too_large()
        if member.size > LARGEST_FILE:
            raise ChartFilesError(
                f'decompressed chart file "{member.name}" is larger than the maximum '
                f"file size {LARGEST_FILE}"
            )
        if len(found) >= MOST_FILES:
            message = f"the archive holds more than {MOST_FILES} files"
            raise ChartFilesError(message, ours=True)
        stream = archive.extractfile(member) if member.isreg() else None
        found[path] = stream.read().removeprefix(_MARK) if stream is not None else b""
    if not found:
        raise ChartFilesError("no files in chart archive")
    return found


def _too_large() -> ChartFilesError:
    return ChartFilesError(
        f"decompressed chart is larger than the maximum size {LARGEST_CHART}"
    )


def _inner_path(name: str) -> str:
    delimiter = "\\" if "\\" in name else "/"
    first, *rest = name.split(delimiter)
    inner = "/".join(rest)
    if inner.startswith("/"):
        raise ChartFilesError("chart illegally contains absolute paths")
    inner = posixpath.normpath(inner) if inner else "."
    if inner == ".":
        raise ChartFilesError(
            f'chart illegally contains content outside the base directory: "{name}"'
        )
    if inner.startswith(".."):
        raise ChartFilesError("chart illegally references parent directory")
    if _DRIVE.match(inner):
        raise ChartFilesError("chart contains illegally named files")
    if first == "Chart.yaml":
        raise ChartFilesError("chart yaml not in base directory")
    return inner


def pack(name: str, files: Mapping[str, bytes]) -> bytes:
    """Return a chart archive of `files`; equal files make equal archives.

    It is not compressed: packing and unpacking it costs more than it saves.
    """
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, content in sorted(files.items()):
            member = tarfile.TarInfo(f"{name}/{path}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), compresslevel=0, mtime=0)
