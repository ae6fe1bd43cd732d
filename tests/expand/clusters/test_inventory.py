"""The clusters that Argo CD will know, and what cannot be told about them."""

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from baro.expand.clusters.inventory import Inventory, take_inventory
from baro.expand.discovery.discover import discover
from baro.expand.engine.native import NativeEngine
from baro.expand.platform import open_platform
from baro.model.cluster import ClusterRegistration

LOCAL = "https://kubernetes.default.svc"
TYPE = "argocd.argoproj.io/secret-type"
Take = Callable[..., Inventory]


@pytest.fixture(scope="module", name="engine")
def _engine() -> Iterator[NativeEngine]:
    """Evaluate templates with the real engine."""
    with NativeEngine(jobs=1) as engine:
        yield engine


@pytest.fixture(name="take")
def _take(
    tmp_path: Path, engine: NativeEngine, monkeypatch: pytest.MonkeyPatch
) -> Take:
    """Take the inventory of one manifest file and a `baro.yaml`."""
    monkeypatch.chdir(tmp_path)

    def take(manifests: str = "", settings: str = "") -> Inventory:
        (tmp_path / "baro.yaml").write_text(settings)
        (tmp_path / "m.yaml").write_text(manifests)
        with open_platform([tmp_path]) as platform:
            found = discover(platform.roots[0].tree)
            assert found.gaps == ()
            return take_inventory(platform, found.manifests, engine)

    return take


def line(cluster: ClusterRegistration) -> str:
    """Write a cluster down: name, server, what it is, labels, annotations."""
    implicit = " implicit" if cluster.implicit else ""
    labels = {k: v for k, v in cluster.labels.items() if k != TYPE}
    told = " ".join(f"{k}={v}" for k, v in {**labels, **cluster.annotations}.items())
    return f"{cluster.name} {cluster.server}{implicit} {told}".strip()


def secret(name: str, fields: str, kind: str = "stringData", meta: str = "") -> str:
    """Write a cluster Secret."""
    return (
        f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\n{meta}"
        f"  labels: {{{TYPE}: cluster, env: dev}}\n{kind}: {{{fields}}}\n---\n"
    )


def encoded(text: str) -> str:
    """Write a value as `data` has it."""
    return base64.b64encode(text.encode()).decode()


CASES = [
    pytest.param("", "", [f"in-cluster {LOCAL} implicit"], id="nobody registers"),
    pytest.param(
        "",
        "clusters: [{name: hub, labels: {env: dev}, annotations: {domain: d}}]",
        [f"hub {LOCAL} env=dev domain=d"],
        id="baro.yaml registers the local cluster",
    ),
    pytest.param(
        secret("s", "name: a, server: https://a"),
        "",
        ["a https://a env=dev", f"in-cluster {LOCAL} implicit"],
        id="a Secret in clear",
    ),
    pytest.param(
        secret("s", f"name: {encoded('hub')}, server: {encoded(LOCAL)}", "data"),
        "",
        [f"hub {LOCAL} env=dev"],
        id="a saved Secret, in base64",
    ),
    pytest.param(
        secret("s", "name: a, server: https://a")
        + secret("t", "name: a, server: https://b")
        + secret("u", "name: c, server: https://a"),
        "",
        [
            "a https://a env=dev",
            "a https://b env=dev",
            "c https://a env=dev",
            f"in-cluster {LOCAL} implicit",
        ],
        id="names and servers that are registered twice",
    ),
    pytest.param(
        secret("s", "name: a, server: https://a")
        + secret("s", "name: a, server: https://b"),
        "",
        ["a https://b env=dev", f"in-cluster {LOCAL} implicit"],
        id="two manifests of one Secret",
    ),
    pytest.param(
        secret("s", "name: hub, server: https://a"),
        "clusters: [{name: hub, server: https://b}]",
        ["hub https://b", f"in-cluster {LOCAL} implicit"],
        id="baro.yaml stands for a Secret",
    ),
    pytest.param(
        "apiVersion: v1\nkind: List\nitems:\n- "
        + secret("s", "name: a, server: https://a")
        .removesuffix("---\n")
        .replace("\n", "\n  "),
        "",
        ["a https://a env=dev", f"in-cluster {LOCAL} implicit"],
        id="what kubectl get secret -o yaml writes",
    ),
]


@pytest.mark.parametrize(("manifests", "settings", "expected"), CASES)
def test_clusters(
    take: Take, manifests: str, settings: str, expected: list[str]
) -> None:
    """Each registration is a cluster; the local one is implicit without one."""
    found = take(manifests, settings)
    assert [line(c) for c in found.clusters] == expected
    assert found.gaps == ()


def test_where_labels_were_written(take: Take) -> None:
    """Labels and annotations know their line, in manifests and in `baro.yaml`."""
    settings = "clusters:\n- name: b\n  labels:\n    zone: x\n"
    found = take(secret("s", "name: a, server: https://a"), settings)
    places = {
        (c.name, *key): str(place)
        for c in found.clusters
        for key, place in c.places.items()
    }
    assert places == {
        ("b", "labels", "zone"): "baro.yaml:4:5",
        ("a", "labels", TYPE): "m.yaml:5:12",
        ("a", "labels", "env"): "m.yaml:5:53",
    }
    assert [str(c.location) for c in found.clusters] == [
        "baro.yaml:2:3",
        "m.yaml:4:3",
    ]


def test_a_secret_in_another_namespace(take: Take) -> None:
    """Argo CD reads its own namespace; which that is can be said."""
    text = secret("s", "name: a, server: https://a", meta="  namespace: gitops\n")
    (gap,) = take(text).gaps
    assert gap.reason == "is outside of Argo CD's namespace argocd"
    assert gap.closes_with == "argocdNamespace: gitops"
    assert str(gap.location) == "m.yaml:5:3"
    found = take(text, "argocdNamespace: gitops")
    assert found.clusters[0].name == "a"
    assert found.gaps == ()


EXTERNAL = f"""\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {{name: hub-cluster, namespace: argocd}}
spec:
  target:
    template:
      metadata:
        labels: {{{TYPE}: cluster, env: "{{{{ .env | lower }}}}"}}
        annotations:
          domain: "apps.{{{{ .domain }}}}"
      data:
        name: "{{{{ .name }}}}"
        server: {LOCAL}
"""
DATA = """\
  data:
  - {secretKey: name, remoteRef: {key: config, property: cluster_name}}
  - {secretKey: env, remoteRef: {key: config, property: env}}
  - {secretKey: domain, remoteRef: {key: config, property: dns.zone}}
"""
KNOWN = "externalSecrets: {config: {cluster_name: hub, env: DEV, dns.zone: a.example}}"
HUB = f"hub {LOCAL} env=dev domain=apps.a.example"


def cluster_external_secret(selection: str) -> str:
    """Write the same for several namespaces."""
    spec = (EXTERNAL + DATA).partition("spec:\n")[2].replace("\n  ", "\n    ")
    return (
        "apiVersion: external-secrets.io/v1\nkind: ClusterExternalSecret\n"
        f"metadata: {{name: hub}}\nspec:\n  {selection}\n"
        f"  externalSecretSpec:\n  {spec}"
    )


EXTERNALS = [
    pytest.param(EXTERNAL + DATA, KNOWN, [HUB], id="values of baro.yaml"),
    pytest.param(
        EXTERNAL + DATA,
        KNOWN.replace("dns.zone: a.example", "dns: {zone: a.example}"),
        [HUB],
        id="a property inside a property",
    ),
    pytest.param(
        EXTERNAL + DATA,
        'externalSecrets: {config: \'{"cluster_name":"hub","env":"DEV",'
        '"dns":{"zone":"a.example"}}\'}',
        [HUB],
        id="a remote value that is JSON",
    ),
    pytest.param(
        EXTERNAL + "  dataFrom: [{extract: {key: config}}]\n",
        "externalSecrets: {config: {name: hub, env: DEV, domain: a.example}}",
        [HUB],
        id="all properties of a key",
    ),
    pytest.param(
        EXTERNAL
        + "  dataFrom:\n  - extract: {key: config}\n    rewrite:\n"
        + "    - {regexp: {source: '^cluster_(.*)$', target: '$1'}}\n"
        + "    - {transform: {template: '{{ .value | trimPrefix \"x-\" }}'}}\n",
        "externalSecrets: {config: {cluster_name: hub, x-env: DEV, domain: a.example}}",
        [HUB],
        id="properties that are renamed",
    ),
    pytest.param(
        EXTERNAL
        + "  dataFrom:\n  - find: {name: {regexp: '^hub/'}}\n    rewrite:\n"
        + "    - {regexp: {source: 'hub/', target: ''}}\n",
        "externalSecrets: {hub/name: hub, hub/env: DEV, hub/domain: a.example, x: z}",
        [HUB],
        id="keys that are searched for",
    ),
    pytest.param(
        EXTERNAL
        + DATA.replace("cluster_name}", "cluster_name, decodingStrategy: Base64}"),
        KNOWN.replace("hub", encoded("hub")),
        [HUB],
        id="a value that is decoded",
    ),
    pytest.param(
        EXTERNAL.replace(
            "      data:\n",
            "      templateFrom:\n      - target: Annotations\n"
            "        literal: 'zone: {{ .domain }}'\n      data:\n",
        )
        + DATA,
        KNOWN,
        [f"hub {LOCAL} env=dev zone=a.example domain=apps.a.example"],
        id="a template of a whole map",
    ),
    pytest.param(
        "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\n"
        f"metadata:\n  name: x\n  labels: {{{TYPE}: cluster, env: dev}}\n"
        "spec:\n  dataFrom: [{extract: {key: config}}]\n",
        f"externalSecrets: {{config: {{name: hub, server: '{LOCAL}'}}}}",
        [f"hub {LOCAL} env=dev"],
        id="no template at all",
    ),
    pytest.param(
        (EXTERNAL + DATA).replace(
            "  target:\n", "  target:\n    creationPolicy: None\n"
        ),
        "",
        [f"in-cluster {LOCAL} implicit"],
        id="one that makes no Secret",
    ),
    pytest.param(
        cluster_external_secret("namespaces: [argocd]"), KNOWN, [HUB], id="by namespace"
    ),
    pytest.param(
        cluster_external_secret(
            "namespaceSelectors: [{matchLabels: {kubernetes.io/metadata.name: argocd}}]"
        ),
        KNOWN,
        [HUB],
        id="by the label that every namespace has",
    ),
    pytest.param(
        cluster_external_secret("namespaces: [other]"),
        KNOWN,
        [f"in-cluster {LOCAL} implicit"],
        id="in other namespaces only",
    ),
    pytest.param(
        (EXTERNAL + DATA).replace(f"{TYPE}: cluster", f"{TYPE}: '{{{{ .env }}}}'"),
        KNOWN,
        [f"in-cluster {LOCAL} implicit"],
        id="a type that turns out to be another",
    ),
    pytest.param(
        EXTERNAL + DATA,
        f"clusters: [{{name: hub-cluster, server: '{LOCAL}'}}]",
        [f"hub-cluster {LOCAL}"],
        id="baro.yaml stands for it by the Secret's name",
    ),
    pytest.param(
        EXTERNAL + DATA,
        f"clusters: [{{name: hub, server: '{LOCAL}'}}]",
        [f"hub {LOCAL}"],
        id="baro.yaml stands for it by the server, its name being unknown",
    ),
]


@pytest.mark.parametrize(("manifests", "settings", "expected"), EXTERNALS)
def test_external_secrets(
    take: Take, manifests: str, settings: str, expected: list[str]
) -> None:
    """An ExternalSecret registers the cluster that its Secret would."""
    found = take(manifests, settings)
    assert [line(c) for c in found.clusters] == expected
    assert found.gaps == ()


def test_unknown_values_name_their_key(take: Take) -> None:
    """All that are missing are one gap; the rest is known all the same."""
    found = take(EXTERNAL + DATA, "externalSecrets: {config: {cluster_name: hub}}")
    (cluster,) = found.clusters
    assert (cluster.name, cluster.server) == ("hub", LOCAL)
    assert cluster.annotations == {"domain": "apps.unknown-dns-zone"}
    assert cluster.unknown == {("annotations", "domain"), ("labels", "env")}
    assert [(g.closes_with, str(g.location)) for g in found.doubts] == [
        ("externalSecrets.config.env", "m.yaml:16:22"),
        ("externalSecrets.config.dns.zone", "m.yaml:17:25"),
    ]
    (gap,) = found.gaps
    assert gap.subject == "ExternalSecret argocd/hub-cluster"
    assert gap.reason == "the values of env, dns.zone in config are not known"
    assert gap.closes_with == "externalSecrets.config: env, dns.zone"
    assert str(gap.location) == "m.yaml:16:22"


def test_one_unknown_value_names_its_key(take: Take) -> None:
    """And nothing else."""
    known = "externalSecrets: {config: {cluster_name: hub, env: prod}}"
    (gap,) = take(EXTERNAL + DATA, known).gaps
    assert gap.reason == "the value of dns.zone in config is not known"
    assert gap.closes_with == "externalSecrets.config.dns.zone"


UNDECIDABLE = [
    pytest.param(
        EXTERNAL + "  dataFrom: [{extract: {key: config}}]\n",
        "externalSecrets.config",
        "the values of config are not known",
        id="a key that is not known",
    ),
    pytest.param(
        EXTERNAL + "  dataFrom: [{sourceRef: {generatorRef: {kind: Password}}}]\n",
        "clusters",
        "a generator makes up the values",
        id="a generator",
    ),
    pytest.param(
        EXTERNAL + "  dataFrom: [{find: {tags: {a: b}}}]\n",
        "clusters",
        "only the store can tell what is found",
        id="a search by tags",
    ),
    pytest.param(
        EXTERNAL.replace("| lower", "| noSuchFunction") + DATA,
        "clusters",
        "the template of env does not render",
        id="a template that does not render",
    ),
    pytest.param(
        EXTERNAL.replace(
            "      data:\n",
            "      templateFrom: [{configMap: {name: x}}]\n      data:\n",
        )
        + DATA,
        "clusters",
        "templateFrom reads an object of the cluster",
        id="a template in a ConfigMap",
    ),
    pytest.param(
        (EXTERNAL + DATA).replace(
            "  target:\n", "  target:\n    creationPolicy: Merge\n"
        ),
        "clusters",
        "is merged into a Secret that something else makes",
        id="one that adds to a Secret",
    ),
    pytest.param(
        EXTERNAL.replace(
            "      data:\n", "      templateFrom: [{literal: 'a: ['}]\n      data:\n"
        )
        + DATA,
        "clusters",
        "templateFrom does not render to a map",
        id="a template that prints no map",
    ),
    pytest.param(
        cluster_external_secret("namespaceSelector: {matchLabels: {team: platform}}"),
        "clusters",
        "namespaces are selected by labels",
        id="namespaces by labels that nobody knows",
    ),
]


@pytest.mark.parametrize(("manifests", "closes", "reason"), UNDECIDABLE)
def test_what_only_the_cluster_knows(
    take: Take, manifests: str, closes: str, reason: str
) -> None:
    """What cannot be worked out here is a gap with its line, never a guess."""
    settings = KNOWN if "extract" not in manifests else ""
    (gap,) = take(manifests, settings).gaps
    assert gap.closes_with == closes
    assert gap.reason == reason
    assert gap.location is not None
    assert gap.location.line is not None


@pytest.mark.parametrize(
    "remote",
    [
        "{name: hub, env: x, password: hunter2}",
        '\'{"name": "hub", "password": "hunter2"}\'',
    ],
)
def test_secret_values_do_not_get_in(take: Take, remote: str) -> None:
    """A remote value whose name looks secret is redacted before it is used."""
    text = EXTERNAL.replace("apps.{{ .domain }}", "{{ .password }}")
    text += "  dataFrom: [{extract: {key: config}}]\n"
    (cluster,) = take(text, f"externalSecrets: {{config: {remote}}}").clusters
    assert "hunter2" not in str(cluster)
    assert cluster.annotations["domain"].startswith("redacted-")
