"""Which ingress controllers a state installs, read from what it runs."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct

from baro.model.manifest import Manifest
from baro.model.ref import ObjectRef
from baro.model.workload import POD_TEMPLATES, containers
from baro.routing.answer import Controller

# The end of an image's repository, and the controller that it holds.
_IMAGES: Mapping[str, str] = {
    "ingress-nginx/controller": "ingress-nginx",
    "ingress-nginx/controller-chroot": "ingress-nginx",
    "nginx-ingress-controller/nginx-ingress-controller": "ingress-nginx",
    "traefik": "traefik",
    "aws-load-balancer-controller": "alb",
    "haproxytech/kubernetes-ingress": "haproxy",
    "haproxy-ingress-controller/haproxy-ingress": "haproxy-ingress",
    "kong/kubernetes-ingress-controller": "kong",
    "istio/pilot": "istio",
    "envoyproxy/gateway": "gateway-api",
}
_IMAGE = re.compile(r"(?P<name>[^@]*?)(?::(?P<tag>[^:/@]+))?(?:@(?P<digest>.+))?")
_VERSION = re.compile(r"v?\d+(\.\d+)+\S*")
_FLAG = re.compile(r"--?(?P<name>[A-Za-z][\w.-]*)(?:=(?P<value>.*))?", re.DOTALL)
_VARIABLE = re.compile(r"\$\((\w+)\)")


class Installed(Struct, frozen=True):
    """A controller, as the workload that runs it sets it up."""

    controller: Controller
    workload: Manifest


def installed(manifests: Sequence[Manifest]) -> list[Installed]:
    """Return the controllers that these objects of one cluster run.

    Version from the image's tag, flags from the arguments, settings from the
    ConfigMap that the arguments name.
    """
    settings = {m.ref: m for m in manifests if m.kind == "ConfigMap"}
    found = []
    for workload in (m for m in manifests if m.kind in POD_TEMPLATES):
        for _, container in containers(workload):
            name, version = controller_of(str(container.get("image") or ""))
            if name:
                flags = dict(_flags(container, workload.ref.namespace))
                config = _settings(flags.get("configmap", ""), workload, settings)
                controller = Controller(
                    name, version, tuple(flags.items()), tuple(config.items())
                )
                found.append(Installed(controller, workload))
    return found


@lru_cache(maxsize=1024)
def controller_of(image: str) -> tuple[str, str]:
    """Return the controller that an image holds, and its version; empty if unknown."""
    match = _IMAGE.fullmatch(image)
    if match is None:
        return "", ""
    path = match["name"] or ""
    for end, name in _IMAGES.items():
        if path == end or path.endswith(f"/{end}"):
            tag = match["tag"] or ""
            version = tag.removeprefix("v") if _VERSION.fullmatch(tag) else ""
            return name, version
    return "", ""


def _flags(container: Mapping[str, Any], namespace: str) -> Iterator[tuple[str, str]]:
    words: list[str] = []
    for field in ("command", "args"):
        value = container.get(field)
        words += [str(w) for w in value] if isinstance(value, list) else []
    for index, word in enumerate(words):
        match = _FLAG.fullmatch(word)
        if match is None:
            continue
        value = match["value"]
        if value is None:
            following = words[index + 1] if index + 1 < len(words) else "-"
            value = "true" if following.startswith("-") else following
        yield match["name"], _filled(value, namespace)


def _filled(value: str, namespace: str) -> str:
    # The downward API's variable that every controller's chart uses.
    def fill(match: re.Match[str]) -> str:
        return namespace if match[1] == "POD_NAMESPACE" else match[0]

    return _VARIABLE.sub(fill, value)


def _settings(
    name: str, workload: Manifest, configs: Mapping[ObjectRef, Manifest]
) -> dict[str, str]:
    namespace, _, plain = name.rpartition("/")
    ref = ObjectRef(
        "ConfigMap", plain, namespace or workload.ref.namespace, "", workload.cluster
    )
    config = configs.get(ref)
    if config is None:
        return {}
    return {str(k): str(v) for k, v in config.mapping("data").items()}


def clusters_of(manifests: Iterable[Manifest]) -> dict[str, list[Manifest]]:
    """Return the manifests by the cluster that they are for."""
    found: dict[str, list[Manifest]] = {}
    for manifest in manifests:
        found.setdefault(manifest.cluster, []).append(manifest)
    return found
