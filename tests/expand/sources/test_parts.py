"""The small parts: patterns, documents, variables, versions, scopes, merges."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baro.expand.charts.kubeversion import KubeVersionError, normal_version
from baro.expand.sources.pathpattern import (
    PatternError,
    doublestar_pattern,
    go_pattern,
    gobwas_pattern,
)
from baro.expand.sources.scope import Scopes
from baro.expand.sources.sourcespec import merge_patch
from baro.expand.sources.split import explode, pieces
from baro.expand.values.buildenv import substitute
from baro.expand.values.valuestext import merged
from baro.model.manifest import Manifest
from baro.model.origin import Origin, OriginKind


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("a/**/b*.yaml", "a/b1.yaml", True),
        ("a/**/b*.yaml", "a/x/y/b1.yaml", True),
        ("a/**", "a/x/y", True),
        ("a/**", "a", True),
        ("a/**", "ab", False),
        ("**", "a/b", True),
        ("*", "a/b", False),
        ("a/{x,y{1,2}}.yaml", "a/y2.yaml", True),
        ("a/{x,y{1,2}}.yaml", "a/y3.yaml", False),
        ("[^ab]?", "cd", True),
        ("[!a-c]", "b", False),
        (r"\*", "*", True),
        ("a*b*c", "axbyc", True),
        ("*.yaml", ".yaml", True),
    ],
)
def test_doublestar(pattern: str, path: str, *, matches: bool) -> None:
    """`**` crosses folders, `*` does not."""
    assert doublestar_pattern(pattern).matches(path) is matches


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("*.yaml", "a/b.yaml", True),
        ("{config,env-*/*}.yaml", "env-a/b/c.yaml", True),
        ("[!a]*", "b", True),
        ("?", "/", True),
        ("a,b", "a,b", True),
    ],
)
def test_gobwas(pattern: str, path: str, *, matches: bool) -> None:
    """Without separators `*` crosses folders."""
    assert gobwas_pattern(pattern).matches(path) is matches


@pytest.mark.parametrize("pattern", ["[", "[a", "a[]", "\\", "{a", "x" * 1001])
def test_pattern_that_is_none(pattern: str) -> None:
    """It is refused, not guessed at."""
    with pytest.raises(PatternError):
        doublestar_pattern(pattern)


def test_braces_are_bounded() -> None:
    """Braces that stand for too many patterns are refused at once."""
    with pytest.raises(PatternError, match="braces"):
        doublestar_pattern("{a,b}" * 20)


def test_no_pattern_runs_away() -> None:
    """A pattern of stars is settled in an instant."""
    assert not go_pattern("*a" * 400).matches("a" * 5000 + "b")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: 1", [("a: 1", 1)]),
        ("---\na: 1\n---\n---\n# c\n", [("a: 1\n", 2), ("# c\n", 5)]),
        ("\n\n---a: 1\nb: 2\n--- # x\nc: 3", [("a: 1\nb: 2\n", 3), ("# x\nc: 3", 5)]),
        ("a: |\n  ---\n  x\n", [("a: |\n  ---\n  x\n", 1)]),
        ("", []),
        (" \n---\n", []),
        ("\n ---\na: 1", [("a: 1", 3)]),
    ],
)
def test_pieces(text: str, found: list[tuple[str, int]]) -> None:
    """Documents are cut as Helm cuts them; each knows its line."""
    assert [(piece.text, piece.line) for piece in pieces(text)] == found


@given(st.text(alphabet="-ab: \n#", max_size=60))
def test_pieces_lose_nothing_but_markers_and_space(text: str) -> None:
    """Every word of a text is in one of its documents."""
    unmarked = re.sub(r"^---[ \t]*", "\n", text.lstrip(), flags=re.MULTILINE)
    assert " ".join(piece.text for piece in pieces(text)).split() == unmarked.split()
    for piece in pieces(text):
        line = text.split("\n")[piece.line - 1]
        assert piece.text.split("\n")[0].strip() in line


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"kind": "A"}, [{"kind": "A"}]),
        ({"kind": "List", "items": [{"kind": "A"}, {"kind": "B"}]}, ["A", "B"]),
        ({"kind": "AList", "items": None}, []),
        ({"kind": "A", "items": None, "spec": {}}, [{"kind": "A"}]),
        ({"kind": "List", "items": []}, []),
    ],
)
def test_explode(body: dict[str, Any], found: list[Any]) -> None:
    """Lists are opened, lists of nothing are nothing."""
    kinds = [each["kind"] for each in explode(body)]
    assert kinds == [f["kind"] if isinstance(f, dict) else f for f in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$A", "1"),
        ("${A}b", "1b"),
        ("$Ab", ""),
        ("$$A", "$A"),
        ("$", "$"),
        ("a$", "a$"),
        ("$ A", "$ A"),
        ("${", ""),
        ("${A", ""),
        ("${A B}", ""),
        ("$1x", "x"),
        ("$none/a", "/a"),
        ("${}", ""),
        ("plain", "plain"),
    ],
)
def test_variables(text: str, found: str) -> None:
    """As Go's os.Expand, with `$$` for a dollar."""
    assert substitute(text, {"A": "1"}) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [("v1.29.4", "1.29.4"), ("1.30", "1.30"), ("v1.29.4+k3s1", "1.29.4"), ("", "")],
)
def test_kubernetes_version(text: str, found: str) -> None:
    """What Argo CD hands to Helm."""
    assert normal_version(text) == found


@pytest.mark.parametrize("text", ["latest", "1", "v1.02.3"])
def test_kubernetes_version_that_is_none(text: str) -> None:
    """It is refused in Kubernetes' words."""
    with pytest.raises(KubeVersionError):
        normal_version(text)


def test_scopes_learn_from_definitions() -> None:
    """A CRD says where its kind lives; a kind that nobody knows has a namespace."""
    crd = {
        "kind": "CustomResourceDefinition",
        "spec": {"group": "x.io", "scope": "Cluster", "names": {"kind": "Gadget"}},
    }
    scopes = Scopes([Manifest(crd, Origin(OriginKind.FILE))])
    scopes.learn({"kind": "CustomResourceDefinition", "spec": "rubbish"})
    gadget = {"apiVersion": "x.io/v1", "kind": "Gadget", "metadata": {"namespace": "a"}}
    other = {"apiVersion": "y.io/v1", "kind": "Gadget", "metadata": None}
    assert scopes.settled(gadget, "shop")["metadata"] == {}
    assert scopes.settled(other, "shop")["metadata"] == {"namespace": "shop"}
    assert scopes.settled(other, "") is other


VALUES = st.recursive(
    st.one_of(st.integers(), st.text(max_size=3), st.none()),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
MAPS = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3)


@given(MAPS, MAPS, MAPS)
def test_merge_is_associative_and_leaves_its_parts_alone(
    one: dict[str, Any], two: dict[str, Any], three: dict[str, Any]
) -> None:
    """The order of merging does not matter, only the order of the layers."""
    before = repr((one, two, three))
    left = merged(merged(one, two), three)
    if all(not isinstance(v, dict) for m in (one, two, three) for v in m.values()):
        assert left == merged(one, merged(two, three))
    assert merged(left, {}) == left
    assert merged(left, three) == left
    assert repr((one, two, three)) == before


@given(MAPS)
def test_patch_of_nothing_changes_nothing(values: dict[str, Any]) -> None:
    """RFC 7386: an empty patch is the identity, null removes."""
    assert merge_patch(values, {}) == values
    assert merge_patch(values, dict.fromkeys(values)) == {}
