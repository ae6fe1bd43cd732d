"""Versions and constraints compare as Masterminds/semver does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baro.expand import semver

VERSIONS = ["0.9.0", "1.0.0-rc.1", "1.0.0", "v1.2.3", "1.10.0", "2.0.0-0", "2.0.0"]

HIGHEST = [
    pytest.param(">=1.0", "2.0.0", id="a bound without prerelease skips prereleases"),
    pytest.param("1.x", "1.10.0", id="an x takes any minor version"),
    pytest.param("1.*", "1.10.0", id="a star is an x"),
    pytest.param("*", "2.0.0", id="a star alone takes everything"),
    pytest.param("~1.2", "v1.2.3", id="a tilde keeps the minor version"),
    pytest.param("^0.9", "0.9.0", id="a caret at 0 keeps the minor version"),
    pytest.param("^1", "1.10.0", id="a caret keeps the major version"),
    pytest.param(">1.0.0-0 <1.0.0", "1.0.0-rc.1", id="a bound with a prerelease"),
    pytest.param(">1", "2.0.0", id="more than 1 begins with 2"),
    pytest.param("<=1", "1.10.0", id="at most 1 includes every 1"),
    pytest.param("!=2.x", "1.10.0", id="not 2 leaves 1"),
    pytest.param("1.0 - 1.2", "v1.2.3", id="a range includes its open end"),
    pytest.param("<1, >=0.5 || =1.2.3", "v1.2.3", id="alternatives"),
    pytest.param("=>1.0,=<1.2.3", "v1.2.3", id="operators turned around"),
    pytest.param(">3", None, id="nothing fits"),
]


@pytest.mark.parametrize(("text", "expected"), HIGHEST)
def test_highest(text: str, expected: str | None) -> None:
    """The highest version that fits is taken as it is written."""
    wanted = semver.constraint(text)
    assert wanted is not None
    assert semver.highest(wanted, VERSIONS) == expected


@pytest.mark.parametrize(
    "text",
    ["", "main", "feature/1.x", "1.2,,1.3", "1|2", "==1", "> =1", ">=a", "1.2.3.4"],
)
def test_names_are_no_constraints(text: str) -> None:
    """A text that Masterminds does not take for a constraint is a name."""
    assert semver.constraint(text) is None


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("1", (1, 0, 0)),
        ("v1.2", (1, 2, 0)),
        ("01.02.03", (1, 2, 3)),
        ("1.2.3-rc.1+build", (1, 2, 3)),
    ],
)
def test_missing_parts_are_zero(text: str, order: tuple[int, int, int]) -> None:
    """Versions may lack parts and have zeros in front."""
    found = semver.version(text)
    assert found is not None
    assert (found.major, found.minor, found.patch) == order
    assert found.text == text


@pytest.mark.parametrize("text", ["1.0-01", "18446744073709551616", "1.0.0-a.00"])
def test_malformed(text: str) -> None:
    """A text that looks like a version and is none keeps constraints from working."""
    assert semver.version(text) is None
    assert semver.malformed(text)
    assert not semver.malformed("release-7")


NUMBER = st.integers(0, 20)


@given(NUMBER, NUMBER, NUMBER)
def test_a_version_fits_itself(major: int, minor: int, patch: int) -> None:
    """Every version is equal to, near to and compatible with itself."""
    text = f"{major}.{minor}.{patch}"
    candidate = semver.version(text)
    assert candidate is not None
    for operator in ("", "=", ">=", "<=", "~", "^"):
        wanted = semver.constraint(f"{operator}{text}")
        assert wanted is not None
        assert wanted.admits(candidate)
    for operator in (">", "<", "!="):
        wanted = semver.constraint(f"{operator}{text}")
        assert wanted is not None
        assert not wanted.admits(candidate)


@given(st.text(alphabet="0123456789.xX*|<>=~^!, -+vabc", max_size=60))
def test_any_text_is_answered(text: str) -> None:
    """No text is an error, or takes long."""
    wanted = semver.constraint(text)
    if wanted is not None:
        semver.highest(wanted, VERSIONS)


@pytest.mark.parametrize("text", ["1" + " " * 100_000 + "!", "1 " * 100_000])
def test_long_texts_are_names(text: str) -> None:
    """A text longer than any version is none."""
    assert semver.constraint(text) is None
