"""Reads a rule's page: its sections, and the files that its examples show."""

import re

_SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"(?:#|//) (\S+)\n")


def sections(page: str) -> dict[str, str]:
    """Return the text below each heading, in order."""
    parts = _SECTION.split(page)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def blocks(section: str) -> dict[str, str]:
    """Return the files that a section shows.

    A block whose first line is a comment with a path (`# apps/web.yaml`) is that
    file; a single block without one is plain manifests, under the name `""`.
    """
    files: dict[str, str] = {}
    for language, text in _BLOCK.findall(section):
        if language == "text":
            continue
        name = _FILE.match(text)
        if name is None:
            files[""] = text
        else:
            # JSON has no comments, so its name is not part of the file.
            files[name.group(1)] = text if text[0] == "#" else text[name.end() :]
    return files
