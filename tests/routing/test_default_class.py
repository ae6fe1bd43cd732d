"""Every case of the table of default IngressClasses."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from baro.model.manifest import Manifest
from baro.model.ref import ObjectRef
from baro.routing.answer import Controller
from baro.routing.platform import ClusterRoutes, cluster_routes
from tests.routing import short
from tests.snapshots import manifests

TABLE = Path(__file__).parent / "default_class.yaml"
CASES = [
    pytest.param(case, id=case["name"])
    for case in yaml.safe_load(TABLE.read_text("utf-8"))
]
RENDERED_BY = ObjectRef("Application", "app", "argocd", "argoproj.io")


@pytest.mark.parametrize("case", CASES)
def test_the_answer_is_that_of_the_table(case: dict[str, Any]) -> None:
    """The Ingress without a class is served by whom the API server gives it to."""
    routes = _routes(case, _objects(case))
    answer = routes.answer(short.request("http://h.test/"))
    assert short.line(answer) == case["answer"]
    if "why" in case:
        assert sorted(map(short.reason, answer.why)) == sorted(case["why"])
    if "left_out" in case:
        left_out = routes.tables[0].left_out
        assert [short.loser(one) for one in left_out] == case["left_out"]


@pytest.mark.parametrize("case", CASES)
def test_the_order_of_objects_does_not_matter(case: dict[str, Any]) -> None:
    """The same objects, listed backwards, give the same answer."""
    routes = _routes(case, _objects(case)[::-1])
    answer = routes.answer(short.request("http://h.test/"))
    assert short.line(answer) == case["answer"]


def _routes(case: dict[str, Any], objects: list[Manifest]) -> ClusterRoutes:
    [routes] = cluster_routes(
        objects,
        kubernetes=case.get("kubernetes", ""),
        controller=Controller.parse(case.get("controller", "ingress-nginx")),
    )
    return routes


def _objects(case: dict[str, Any]) -> list[Manifest]:
    ingress = short.ingress(
        {
            "name": "ns/i",
            "host": "h.test",
            "paths": ["/ -> s"],
            "class": case.get("class", "none"),
        }
    )
    ingress["metadata"] |= case.get("ingress", {})
    bodies = [*map(_ingress_class, case["classes"]), ingress]
    application = RENDERED_BY if case.get("application", True) else None
    found = manifests(yaml.safe_dump_all(bodies))
    return [replace(one, application=application) for one in found]


def _ingress_class(line: str) -> dict[str, Any]:
    name, controller, *words = line.split()
    metadata: dict[str, Any] = {"name": name}
    for word in words:
        if word.startswith("@"):
            metadata["creationTimestamp"] = f"2026-01-01T00:00:0{word[1:]}Z"
        else:
            value = word.partition("=")[2] or "true"
            key = "ingressclass.kubernetes.io/is-default-class"
            metadata["annotations"] = {key: value}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "IngressClass",
        "metadata": metadata,
        "spec": {"controller": controller},
    }
