"""Views read Argo CD's objects as Argo CD does."""

import pytest

from baro.model.argocd import Application, ApplicationSet
from baro.model.repourl import normal
from tests.snapshots import manifests


def _application(spec: str, metadata: str = "{name: web}") -> Application:
    kind = "apiVersion: argoproj.io/v1alpha1, kind: Application"
    text = f"{{{kind}, metadata: {metadata}, spec: {spec}}}"
    return Application(manifests(text)[0])


def _set(spec: str) -> ApplicationSet:
    kind = "apiVersion: argoproj.io/v1alpha1, kind: ApplicationSet"
    return ApplicationSet(
        manifests(f"{{{kind}, metadata: {{name: a}}, spec: {spec}}}")[0]
    )


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://Git.example/Acme/Platform.git", "https://git.example/acme/platform"),
        (" git@git.example:acme/platform ", "git@git.example/acme/platform"),
        ("ssh://git@git.example/acme/platform.git", "git@git.example/acme/platform"),
        ("https://git.example/acme/platform/", "https://git.example/acme/platform/"),
    ],
)
def test_urls_of_one_repository_are_equal(url: str, expected: str) -> None:
    """SSH spellings agree; a slash at the end makes another repository."""
    assert normal(url) == expected


def test_sources_win_over_source() -> None:
    """With `sources` in force, `source` is ignored."""
    application = _application(
        "{source: {path: a}, sources: [{path: b, targetRevision: v1}, nonsense]}"
    )
    assert application.multiple
    assert [s.path for s in application.sources] == ["b"]
    assert application.sources[0].target_revision == "v1"
    assert application.sources[0].within == ("spec", "sources", 0)


def test_one_source_is_no_list() -> None:
    """`source` alone is one source, and no source is none."""
    assert not _application("{source: {path: a}}").multiple
    assert _application("{}").sources == ()


def test_references_come_from_value_files_and_file_parameters() -> None:
    """A `$name` counts wherever Argo CD resolves it."""
    source = _application(
        "{source: {helm: {valueFiles: [$a/x, y, $b], fileParameters: [{path: $c/z}]}}}"
    ).sources[0]
    assert source.references == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("policy", "automated"),
    [
        ("{}", False),
        ("{automated: {}}", True),
        ("{automated: {enabled: false}}", False),
        ("{automated: {prune: true}}", True),
    ],
)
def test_automated_unless_disabled(policy: str, automated: object) -> None:
    """An `automated` block counts unless it says that it does not."""
    assert _application(f"{{syncPolicy: {policy}}}").automated is automated


@pytest.mark.parametrize(
    ("limit", "read"), [("-1", -1), ("5", 5), ("true", None), ("'5'", None)]
)
def test_retry_limit_is_a_number_or_nothing(limit: str, read: int | None) -> None:
    """What is no number says nothing."""
    spec = f"{{syncPolicy: {{retry: {{limit: {limit}}}}}}}"
    assert _application(spec).retry_limit == read


def test_any_propagation_of_the_finalizer_cascades() -> None:
    """Foreground and background delete alike; other finalizers do not."""
    name = "resources-finalizer.argocd.argoproj.io"
    for suffix in ("", "/background", "/foreground"):
        metadata = f"{{name: web, finalizers: [{name}{suffix}]}}"
        assert _application("{}", metadata).cascades
    metadata = "{name: web, finalizers: [pre-delete-finalizer.argocd.argoproj.io]}"
    assert not _application("{}", metadata).cascades


def test_destination_without_a_name_is_its_server() -> None:
    """A destination is called as the Application names it."""
    spec = "{destination: {server: https://kubernetes.default.svc/}}"
    destination = _application(spec).destination
    assert destination.local
    assert str(destination) == "https://kubernetes.default.svc/"


def test_finalizers_of_the_template_decide_over_preserving() -> None:
    """`preserveResourcesOnDeletion` says nothing where the template has finalizers."""
    policy = "syncPolicy: {preserveResourcesOnDeletion: true}"
    assert _set(f"{{{policy}}}").preserves_resources
    template = "template: {metadata: {finalizers: [x]}}"
    assert not _set(f"{{{policy}, {template}}}").preserves_resources


def test_missing_keys_are_refused_only_by_go_templates_that_say_so() -> None:
    """The option means nothing to flat templates."""
    option = "goTemplateOptions: [missingkey=error]"
    assert _set(f"{{goTemplate: true, {option}}}").refuses_missing_keys
    assert not _set(f"{{{option}}}").refuses_missing_keys
    assert not _set("{goTemplate: true}").refuses_missing_keys


def test_generators_are_found_at_any_depth() -> None:
    """Children of matrix and merge follow their parent, with their paths."""
    found = dict(
        _set(
            "{generators: [{matrix: {generators: [{list: {}}, "
            "{merge: {generators: [{git: {}}]}}]}}, nonsense]}"
        ).generators()
    )
    inner = ("spec", "generators", 0, "matrix", "generators")
    assert list(found) == [
        ("spec", "generators", 0),
        (*inner, 0),
        (*inner, 1),
        (*inner, 1, "merge", "generators", 0),
    ]
