"""Who makes the Secrets, ConfigMaps, claims and accounts of a state, and their keys."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from baro.graph.relations.provides import claimed, made_secret
from baro.model.expansion import Rendering
from baro.model.fieldpath import get, leaves
from baro.model.manifest import Manifest
from baro.model.ref import ObjectRef
from baro.model.snapshot import Snapshot
from baro.model.workload import POD_TEMPLATES, containers

KINDS = ("Secret", "ConfigMap", "ServiceAccount", "PersistentVolumeClaim")
ALWAYS = frozenset(
    {
        ("ConfigMap", "kube-root-ca.crt"),
        ("ConfigMap", "istio-ca-root-cert"),
        ("ConfigMap", "openshift-service-ca.crt"),
        *(("ServiceAccount", name) for name in ("default", "builder", "deployer")),
    }
)
"""What Kubernetes, Istio and OpenShift make in every namespace."""

_BUILT_IN = ("", "apps", "batch", "autoscaling", "policy", "extensions")
_COPIERS = (
    "reflector.v1.k8s.emberstack.com/",
    "replicator.v1.mittwald.de/replicate-to",
)
"""Annotations by which a Secret or ConfigMap is copied into other namespaces."""
_SPREADERS = ("Bundle", "ClusterPolicy", "ClusterSecret", "Policy")
"""Kinds of trust-manager, Kyverno and ClusterSecret: what they make is anywhere."""
_CERTIFIED = ("cert-manager.io/", "kubernetes.io/tls-acme")
"""Annotations by which cert-manager makes the Secrets that an Ingress names."""
_GENERATED_KEY = {"Password": "password", "UUID": "uuid"}
"""external-secrets: the key that each generator yields."""

Namespace = tuple[str, str]
"""A cluster's name and a namespace."""


@dataclass
class Makers:
    """What is made in each namespace, and where that is not wholly known.

    `keys` holds the entries of a Secret or ConfigMap; None where they are not known.
    `unseen` are namespaces into which something deploys that could not be rendered.
    `elsewhere` tells that some Application is not known at all. `operators` are the
    names of objects whose controllers make what nobody wrote down.
    """

    keys: dict[ObjectRef, frozenset[str] | None] = field(default_factory=dict)
    unseen: set[Namespace] = field(default_factory=set)
    elsewhere: bool = False
    operators: defaultdict[Namespace, set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )
    _words: defaultdict[Namespace, set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )
    _everywhere: set[str] = field(default_factory=set)

    def makes(self, ref: ObjectRef) -> bool:
        """Tell whether somebody makes an object, or may do so unseen."""
        place = (ref.cluster, ref.namespace)
        return (
            ref in self.keys
            or (ref.kind, ref.name) in ALWAYS
            or place in self.unseen
            or ref.name in self._everywhere
            or ref.name in self._words[place]
        )

    def add(self, ref: ObjectRef, keys: frozenset[str] | None) -> None:
        """Note that an object is made; two makers of one name know less."""
        self.keys[ref] = None if ref in self.keys else keys

    def mention(self, place: Namespace, words: Iterator[str]) -> None:
        """Note names that an operator's object or a Job's arguments speak of."""
        self._words[place].update(words)

    def everywhere(self, name: str) -> None:
        """Note a name that is made in namespaces which are not known."""
        self._everywhere.add(name)


@lru_cache(maxsize=4)
def makers(snapshot: Snapshot) -> Makers:
    """Return who makes what in a state."""
    found = Makers()
    for manifest in snapshot.manifests:
        _note(manifest, found)
    for rendering in snapshot.renderings:
        if rendering.failure is not None or rendering.gaps:
            found.unseen.update(_destinations(rendering, snapshot))
    found.elsewhere = any(not g.complete for g in snapshot.generations)
    return found


def _note(manifest: Manifest, found: Makers) -> None:
    ref = manifest.ref
    kind = ref.kind
    place = (manifest.cluster, ref.namespace)
    if kind in KINDS and ref.group == "":
        found.add(ref, entries(manifest))
    elif kind in ("ExternalSecret", "SealedSecret", "Certificate"):
        name, _ = made_secret(manifest)
        made = ObjectRef("Secret", name, ref.namespace, "", manifest.cluster)
        found.add(made, _made_keys(manifest))
    elif kind == "ClusterExternalSecret":
        name = manifest.text("spec", "externalSecretName") or ref.name
        target = manifest.text("spec", "externalSecretSpec", "target", "name")
        found.everywhere(target or name)
    elif kind == "StatefulSet":
        for name in claimed(manifest):
            claim = "PersistentVolumeClaim"
            found.add(ObjectRef(claim, name, ref.namespace, "", manifest.cluster), None)
        found.mention(place, _arguments(manifest))
    elif kind in POD_TEMPLATES:
        found.mention(place, _arguments(manifest))
    elif _custom(ref.group):
        _note_operated(manifest, found)
    _note_annotations(manifest, found)


def _note_operated(manifest: Manifest, found: Makers) -> None:
    """Note that an operator may make whatever its object names."""
    place = (manifest.cluster, manifest.ref.namespace)
    name = manifest.ref.name
    if name:
        found.operators[place].add(name)
    words = (name, f"{name}-app", f"{name}-superuser", *_strings(manifest.body))
    found.mention(place, iter(words))
    if manifest.kind in _SPREADERS:
        for word in words:
            found.everywhere(word)


def _note_annotations(manifest: Manifest, found: Makers) -> None:
    """Note what a controller makes because an annotation asks for it."""
    annotations = manifest.mapping("metadata", "annotations")
    if not annotations:
        return
    place = (manifest.cluster, manifest.ref.namespace)
    if manifest.kind == "Service":
        # OpenShift's serving certificates are asked for here.
        found.mention(place, (v for v in annotations.values() if isinstance(v, str)))
    elif manifest.kind in ("Secret", "ConfigMap"):
        if any(str(key).startswith(_COPIERS) for key in annotations):
            found.everywhere(manifest.ref.name)
    elif any(str(key).startswith(_CERTIFIED) for key in annotations):
        found.mention(place, _strings(manifest.body))


def _custom(group: str) -> bool:
    """Tell whether a group is an operator's, not Kubernetes' own."""
    own = group.endswith("k8s.io") and not group.endswith("x-k8s.io")
    return group not in _BUILT_IN and not own


def entries(manifest: Manifest) -> frozenset[str] | None:
    """Return the keys of a Secret or ConfigMap."""
    if manifest.kind not in ("Secret", "ConfigMap"):
        return None
    return frozenset(
        str(key)
        for part in ("data", "stringData", "binaryData")
        for key in manifest.mapping(part)
    )


def _made_keys(maker: Manifest) -> frozenset[str] | None:
    if maker.kind == "Certificate":
        return frozenset({"tls.crt", "tls.key", "ca.crt"})
    if maker.kind == "SealedSecret":
        template = maker.mapping("spec", "template", "data")
        return frozenset(maker.mapping("spec", "encryptedData")) | frozenset(template)
    return external_keys(maker)


def external_keys(maker: Manifest) -> frozenset[str] | None:
    """Return the keys of the Secret that an ExternalSecret makes; None if unknown."""
    template = maker.mapping("spec", "target", "template")
    written = maker.mapping("spec", "target", "template", "data")
    templated = frozenset(str(key) for key in written)
    if get(template, ("templateFrom",)):
        return None
    if templated and template.get("mergePolicy") != "Merge":
        return templated
    keys = {str(get(entry, ("secretKey",))) for entry in maker.sequence("spec", "data")}
    for source in maker.sequence("spec", "dataFrom"):
        kind = get(source, ("sourceRef", "generatorRef", "kind"))
        if kind not in _GENERATED_KEY or get(source, ("rewrite",)):
            return None
        keys.add(_GENERATED_KEY[kind])
    return frozenset(keys) | templated


def _arguments(workload: Manifest) -> Iterator[str]:
    """Yield the words of a Job's command line: `--secret-name=admission` and all."""
    for _, container in containers(workload):
        for part in ("command", "args"):
            for _, word in leaves(container.get(part)):
                if isinstance(word, str):
                    yield word
                    yield word.partition("=")[2]


def _strings(body: Mapping[str, Any]) -> Iterator[str]:
    """Yield every text in the spec of an object."""
    waiting = [body.get("spec")]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, (dict, Mapping)):
            waiting.extend(value.values())


def _destinations(rendering: Rendering, snapshot: Snapshot) -> Iterator[Namespace]:
    ref = rendering.application.ref
    for manifest in snapshot.of_application(ref):
        yield manifest.cluster, manifest.ref.namespace
    namespace = rendering.application.text("spec", "destination", "namespace")
    for cluster in {"", *(c.name for c in snapshot.clusters)}:
        yield cluster, namespace
