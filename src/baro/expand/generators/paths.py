"""The parameters that a path gives: `.path.basename`, `path[0]`, and the like."""

# Argo CD: applicationset/generators/repo_path_utils.go

import posixpath

from baro.expand.applicationsets.gotext import normalized
from baro.expand.generators.generator import Params
from baro.expand.ports import StringList


def of_folder(path: str, prefix: str, *, nested: bool) -> Params:
    """Return the parameters of a folder; `prefix` is the `pathParamPrefix`."""
    name = _base(path)
    return _named(
        path, {"basename": name, "basenameNormalized": normalized(name)}, prefix, nested
    )


def of_file(path: str, prefix: str, *, nested: bool) -> Params:
    """Return the parameters of a file; its `path` is the folder's, `.` at the root."""
    folder, file = posixpath.dirname(path) or ".", posixpath.basename(path)
    name = _base(folder)
    return _named(
        folder,
        {
            "basename": name,
            "filename": file,
            "basenameNormalized": normalized(name),
            "filenameNormalized": normalized(file),
        },
        prefix,
        nested,
    )


def _base(path: str) -> str:
    """Return what Go's `path.Base` does: `.` for nothing."""
    return posixpath.basename(path.rstrip("/")) or "."


def _named(path: str, parts: dict[str, str], prefix: str, nested: bool) -> Params:  # noqa: FBT001 - passed on
    segments = path.split("/")
    if nested:
        inner = {"path": path, **parts, "segments": StringList(segments)}
        return {prefix: {"path": inner}} if prefix else {"path": inner}
    name = f"{prefix}.path" if prefix else "path"
    flat = {f"{name}.{part}": text for part, text in parts.items()}
    numbered = {f"{name}[{i}]": text for i, text in enumerate(segments) if text}
    return {name: path, **flat, **numbered}
