"""What a tree holds: Argo CD's objects, registrations, charts, and what is broken."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baro.expand.discovery.discover import Discovered, discover, read_objects
from baro.expand.trees import sourcetree
from baro.expand.trees.worktree import FolderTree
from tests.fakes import tree_of

APPLICATION = (
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\n"
)
CLUSTER = """\
apiVersion: v1
kind: Secret
metadata:
  name: hub
  labels: {argocd.argoproj.io/secret-type: cluster}
stringData: {name: hub, server: "https://a", config: hunter2}
"""
EXTERNAL = """\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: hub}
spec:
  target:
    template:
      metadata:
        labels: {argocd.argoproj.io/secret-type: cluster}
"""


def files_of(found: Discovered) -> list[str]:
    """Return the files of what was found."""
    texts = [manifest.origin.text for manifest in found.manifests]
    return [text.file for text in texts if text is not None]


FOUND = [
    pytest.param(APPLICATION, ["Application a"], id="an Application"),
    pytest.param(
        "apiVersion: argoproj.io/v1alpha1\nmetadata: {name: a}\nkind: Application",
        ["Application a"],
        id="the kind last, and no newline",
    ),
    pytest.param(
        '{"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", '
        '"metadata": {"name": "p"}}',
        ["AppProject p"],
        id="JSON",
    ),
    pytest.param(
        "{apiVersion: argoproj.io/v1alpha1, kind: ApplicationSet, metadata: {name: s}}",
        ["ApplicationSet s"],
        id="flow style",
    ),
    pytest.param(
        f"# comment\n---\n{APPLICATION}---\n---\n{CLUSTER}",
        ["Application a", "Secret hub"],
        id="several documents",
    ),
    pytest.param(EXTERNAL, ["ExternalSecret hub"], id="an ExternalSecret"),
    pytest.param(
        EXTERNAL.replace("ExternalSecret", "ClusterExternalSecret").replace(
            "spec:\n  target:\n    template:",
            "spec:\n  externalSecretSpec:\n   target:\n    template:",
        ),
        ["ClusterExternalSecret hub"],
        id="a ClusterExternalSecret",
    ),
    pytest.param(
        EXTERNAL.replace(
            "metadata: {name: hub}",
            "metadata: {name: hub, labels: {argocd.argoproj.io/secret-type: cluster}}",
        ).partition("spec:")[0],
        ["ExternalSecret hub"],
        id="an ExternalSecret whose own labels are copied",
    ),
    pytest.param(
        EXTERNAL.replace("type: cluster", "type: repository"),
        [],
        id="an ExternalSecret that makes another Secret",
    ),
    pytest.param(
        CLUSTER.replace("type: cluster", "type: repository"), [], id="another Secret"
    ),
    pytest.param(
        "apiVersion: v1\nkind: List\nitems:\n"
        "- {apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: b}}\n"
        "- {apiVersion: v1, kind: ConfigMap, metadata: {name: c}}\n",
        ["Application b"],
        id="what kubectl get -o yaml writes",
    ),
    pytest.param(
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationList\n"
        "items: [{metadata: {name: b}}]\n",
        ["Application b"],
        id="a list whose items have no type",
    ),
    pytest.param(
        "apiVersion: app.k8s.io/v1beta1\nkind: Application\nmetadata: {name: a}\n",
        [],
        id="an Application of somebody else",
    ),
    pytest.param("a: 1\n", [], id="a value file"),
    pytest.param("", [], id="nothing"),
    pytest.param("kind: [Application]\nspec: {}\n", [], id="a kind that is none"),
]


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_objects(text: str, expected: list[str]) -> None:
    """Argo CD's own objects and registrations are found, other objects are not."""
    found = discover(tree_of({"x.yaml": text}))
    assert [str(m.ref) for m in found.manifests] == expected
    assert found.gaps == ()


def test_they_know_their_line() -> None:
    """A field's line is known, inside Lists too."""
    text = f"{APPLICATION}---\nkind: List\nitems:\n- kind: ConfigMap\n- kind: List\n"
    text += "  items:\n  - apiVersion: argoproj.io/v1alpha1\n    kind: AppProject\n"
    text += "    metadata:\n      name: deep\n"
    found = discover(tree_of({"a/x.yaml": text}))
    where = [str(m.origin.locate(("metadata", "name"))) for m in found.manifests]
    assert where == ["a/x.yaml:3:12", "a/x.yaml:13:7"]


def test_secrets_are_redacted() -> None:
    """What a cluster Secret holds besides name and server does not get in."""
    (manifest,) = discover(tree_of({"x.yaml": CLUSTER})).manifests
    assert manifest.text("stringData", "server") == "https://a"
    assert "hunter2" not in str(manifest.body)


BROKEN = [
    pytest.param(
        "apiVersion: v1\nkind: Application\nmetadata:\n a: [\n",
        "x.yaml:5:1",
        "is not YAML: ",
        id="a list without end",
    ),
    pytest.param(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n b: c\n",
        "x.yaml:5:2",
        "is not YAML: ",
        id="another broken manifest",
    ),
    pytest.param(
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata:\n"
        "  name: '{{.name}}'\n spec: {}\n",
        "x.yaml:5:2",
        "is not YAML: ",
        id="broken beside what Argo CD fills in",
    ),
    pytest.param(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n"
        "  {{- with .Values.labels }}\n  labels: {{ toYaml . }}\n  {{- end }}\n",
        "x.yaml:4",
        "is not YAML but a template that stands in no chart: "
        "{{- with .Values.labels }}",
        id="a Helm template outside a chart",
    ),
    pytest.param(
        "apiVersion: v1\nkind: Secret\nmetadata: &a [*a]\n",
        "x.yaml:3:11",
        "is not YAML: an anchor contains itself",
        id="an anchor inside itself",
    ),
]


@pytest.mark.parametrize(("text", "where", "reason"), BROKEN)
def test_broken_files_are_gaps(text: str, where: str, reason: str) -> None:
    """A manifest that cannot be read is a gap with file, line and column."""
    found = discover(tree_of({"x.yaml": text, "y.yaml": APPLICATION}))
    assert len(found.manifests) == 1
    (gap,) = found.gaps
    assert str(gap.location) == where
    assert gap.reason.startswith(reason)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("chart/templates/a.yaml", "kind: Application\nmetadata:\n  {{ .x }}\n"),
        ("chart/charts/sub/templates/a.yaml", APPLICATION),
        ("skeleton/a.yaml", "apiVersion: a\nkind: b\nmetadata:\n{% if x %}\na: [\n"),
        ("content/a.yaml", f"{APPLICATION}spec: {{a: '${{{{ values.url }}}}'}}\n"),
        ("values.yaml", "a: [\n"),
        ("readme.md", "kind: Application\n: ["),
    ],
)
def test_other_templates_are_passed_over(path: str, text: str) -> None:
    """Templates of charts, and of tools that are not Kubernetes', are no gaps."""
    files = {path: text, "chart/Chart.yaml": "name: c\n"}
    found = discover(tree_of(files))
    assert (found.manifests, found.gaps) == ((), ())


def test_charts() -> None:
    """Charts are found, those inside other charts are parts of them."""
    files = [
        "Chart.yaml",
        "charts/sub/Chart.yaml",
        "a/b/Chart.yaml",
        "a/b/charts/c/Chart.yaml",
        "a/b/files/d/Chart.yaml",
    ]
    found = discover(tree_of(dict.fromkeys(files, "name: x\n")))
    assert found.charts == ("", "a/b", "a/b/files/d")


def test_patches_are_no_objects() -> None:
    """What a kustomization lays over an object is not an object."""
    kustomization = "resources: [app.yaml]\npatches: [{path: ./patch.yaml}]\n"
    kustomization += 'patchesStrategicMerge: ["other.yaml", "kind: x\\nmore: y"]\n'
    files = {
        "o/kustomization.yaml": kustomization,
        "o/app.yaml": APPLICATION,
        "o/patch.yaml": APPLICATION,
        "o/other.yaml": APPLICATION,
    }
    assert files_of(discover(tree_of(files))) == ["o/app.yaml"]


def test_only_and_skip() -> None:
    """Only what was named is looked through, and not what is to be skipped."""
    names = ("a/x.yaml", "a/b/x.yaml", "c/x.yaml", "d.yaml")
    tree = tree_of(dict.fromkeys(names, APPLICATION))
    assert files_of(discover(tree, only=("a", "d.yaml"))) == [
        "a/b/x.yaml",
        "a/x.yaml",
        "d.yaml",
    ]
    assert files_of(discover(tree, skip=("a/b", "c"))) == ["a/x.yaml", "d.yaml"]


def test_registrations_count_wherever_they_stand() -> None:
    """Whoever looks at one folder still deploys to the clusters of the whole tree."""
    files = {"apps/a.yaml": APPLICATION, "c/b.yaml": f"{CLUSTER}---\n{APPLICATION}"}
    files["c/broken.yaml"] = "apiVersion: v1\nkind: Application\nmetadata: [\n"
    found = discover(tree_of(files), only=("apps",))
    assert [str(m.ref) for m in found.manifests] == ["Application a", "Secret hub"]
    assert found.gaps == ()


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """Huge files, and files in another encoding, are gaps."""
    huge = APPLICATION.encode() + b"#" * sourcetree.LARGEST_TEXT
    (tmp_path / "huge.yaml").write_bytes(huge)
    (tmp_path / "latin.yaml").write_bytes(APPLICATION.encode() + b"# \xe9\n")
    found = discover(FolderTree(tmp_path))
    assert found.manifests == ()
    assert [gap.reason for gap in found.gaps] == [
        "huge.yaml is larger than 16 MiB",
        "latin.yaml:4 is not UTF-8",
    ]


def test_plain_objects() -> None:
    """Of plain manifests every object counts."""
    text = (
        f"{APPLICATION}---\nkind: List\nitems: [{{kind: Pod, metadata: {{name: p}}}}]"
    )
    found = read_objects(
        tree_of({"x.yaml": text, "b.yaml": "a: [", "c.txt": "kind: x"})
    )
    assert [str(m.ref) for m in found.manifests] == ["Application a", "Pod p"]
    assert [str(gap.location) for gap in found.gaps] == ["b.yaml:2:1"]


PIECES = st.sampled_from(
    [
        APPLICATION.encode(),
        CLUSTER.encode(),
        EXTERNAL.encode(),
        b"---\n",
        b"kind: List\nitems:\n- ",
        b"{{ .x }}",
        b"&a [*a]",
        b"\xff\xfe",
        b"\0",
        b"  - : ? ! | >",
        b"\t",
        b"metadata: [1]\n",
    ]
)


@given(st.lists(st.one_of(PIECES, st.binary(max_size=8)), max_size=6))
def test_any_file_is_answered(pieces: list[bytes]) -> None:
    """No content of a file is an error: it is read, passed over, or a gap."""
    found = discover(tree_of({"x.yaml": b"".join(pieces)}))
    for manifest in found.manifests:
        assert manifest.origin.locate(("metadata", "name")) is not None
    assert len(found.gaps) <= 1
