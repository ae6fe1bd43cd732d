"""Names that no file can have, wherever a file is named."""

from pathlib import Path

import pytest

from tests.cli.conftest import Baro
from tests.hostile.attack import write

_LONG = "9" * 400


@pytest.mark.parametrize("name", [_LONG, "a\\0b", "\\x7f", "nowhere"], ids=ascii)
@pytest.mark.parametrize(
    "text",
    [
        'charts: ["NAME"]',
        'repositories: {"https://git.example/a": "NAME"}',
        'roots: [{chart: "NAME"}]',
        'roots: [{path: "NAME"}]',
        'roots: [{path: ".", valueFiles: ["NAME"]}]',
    ],
)
def test_what_baro_yaml_names_and_none_can_have_is_said(
    baro: Baro, tmp_path: Path, text: str, name: str
) -> None:
    """Exit 2, with the line and the column."""
    write(tmp_path, {"baro.yaml": f"---\n{text}\n".replace("NAME", name)})
    ran = baro("check", tmp_path)

    assert ran.code == 2
    assert "baro.yaml:2:" in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", _LONG),
        ("check", "--config", _LONG),
        ("check", "--repo", f"https://git.example/a={_LONG}"),
        ("check", "--baseline", _LONG),
        ("check", "--output-file", _LONG),
        ("check", "--write-baseline", f"{_LONG}/x"),
        ("route", "https://a.example/", _LONG),
        ("route", "--from-file", _LONG),
        ("trace", _LONG, "app", "path"),
        ("init", _LONG),
    ],
    ids=lambda arguments: " ".join(arguments)[:20],
)
def test_a_flag_may_name_anything(
    baro: Baro,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
) -> None:
    """Exit 2, whatever is named."""
    monkeypatch.chdir(tmp_path)

    assert baro(*arguments).code == 2
