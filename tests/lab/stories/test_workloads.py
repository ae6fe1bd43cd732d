"""What Kubernetes says when pods, nodes and volumes fail below an Application."""

import urllib.error
import urllib.request
from functools import partial
from http import HTTPStatus

from lab import Lab, faults
from lab.api import Object
from lab.nginx import nginx
from tests.lab.loopback import ask
from tests.lab.story import Story, text

LABELS = {"app": "portal"}


def _deployment(replicas: int = 1) -> Object:
    container = {"name": "web", "image": "registry.example.com/portal:1"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "portal"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": LABELS},
            "template": {
                "metadata": {"labels": LABELS},
                "spec": {"containers": [container]},
            },
        },
    }


def _service() -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "portal"},
        "spec": {"selector": LABELS, "ports": [{"port": 80, "targetPort": 8080}]},
    }


def _ingress(path: str, **annotations: str) -> Object:
    backend = {"service": {"name": "portal", "port": {"number": 80}}}
    route = {"path": path, "pathType": "ImplementationSpecific", "backend": backend}
    named = {f"nginx.ingress.kubernetes.io/{k}": v for k, v in annotations.items()}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "portal", "annotations": named},
        "spec": {
            "ingressClassName": "nginx",
            "rules": [{"host": "portal.example.com", "http": {"paths": [route]}}],
        },
    }


def _portal(story: Story, *more: Object) -> str:
    story.repository.push({"app/all.yaml": text(_deployment(), _service(), *more)})
    name = story.application([story.folder("app")])
    story.until_synced(name)
    return name


def _ready_endpoints(story: Story) -> list[str]:
    slices = story.lab.kubernetes.every(
        "discovery.k8s.io/v1",
        "EndpointSlice",
        story.name,
        labelSelector="kubernetes.io/service-name=portal",
    )
    return [
        address
        for one in slices
        for endpoint in one.get("endpoints") or []
        if endpoint["conditions"].get("ready")
        for address in endpoint["addresses"]
    ]


def _pods(story: Story) -> list[Object]:
    pods = story.lab.kubernetes.every("v1", "Pod", story.name)
    return [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]]


def _events(story: Story, reason: str) -> list[str]:
    events = story.lab.kubernetes.every(
        "v1", "Event", story.name, fieldSelector=f"reason={reason}"
    )
    return [f"{reason}: {event['message']}" for event in events]


def _is_said(story: Story, reason: str, words: str) -> bool:
    return any(words in one for one in _events(story, reason))


def test_a_service_that_selects_nothing(story: Story) -> None:
    """A Service without endpoints is Healthy, and so is its Application."""
    story.repository.push(
        {"app/all.yaml": text(_deployment(), {**_service(), "spec": _mislabelled()})}
    )
    name = story.application([story.folder("app")])
    story.until_synced(name)
    assert _ready_endpoints(story) == []
    assert story.status(name)["health"]["status"] == "Healthy"

    story.repository.push({"app/all.yaml": text(_deployment(), _service())})
    story.lab.refresh(name)
    story.until("an endpoint is ready", lambda: _ready_endpoints(story))


def _mislabelled() -> Object:
    return {**_service()["spec"], "selector": {"app": "portals"}}


def test_a_selector_that_is_widened_by_hand(story: Story) -> None:
    """A label added to a selector by hand is no difference: Synced, and no endpoint."""
    name = _portal(story)
    story.until("an endpoint is ready", lambda: _ready_endpoints(story))
    with story.lab.fault(faults.service_selects_nothing, story.name, "portal"):
        story.until("no endpoint is ready", lambda: not _ready_endpoints(story))
        compared = story.status(name)["reconciledAt"]
        story.lab.refresh(name, hard=True)
        story.until(
            "another comparison",
            lambda: story.status(name)["reconciledAt"] != compared,
        )
        status = story.status(name)
        assert status["sync"]["status"] == "Synced"
        assert status["health"]["status"] == "Healthy"
        assert _ready_endpoints(story) == []
    story.until("an endpoint is ready", lambda: _ready_endpoints(story))


def test_pods_that_stay_unready(story: Story) -> None:
    """A pod that runs and is not ready leaves the Service without endpoints."""
    name = _portal(story)
    story.until("an endpoint is ready", lambda: _ready_endpoints(story))
    with story.lab.fault(faults.pod_stays_unready, story.name, LABELS):
        story.until("no endpoint is ready", lambda: not _ready_endpoints(story))
        story.until(
            "the Application notices",
            lambda: story.status(name)["health"]["status"] == "Progressing",
        )
    story.until("an endpoint is ready", lambda: _ready_endpoints(story))
    story.until_synced(name)


def test_pods_that_crash(story: Story) -> None:
    """A crashing pod stays in back-off, and so does the one that replaces it."""
    _portal(story)

    def waiting() -> list[str]:
        return [
            status["state"].get("waiting", {}).get("reason", "")
            for pod in _pods(story)
            for status in pod.get("status", {}).get("containerStatuses", [])
        ]

    with story.lab.fault(faults.pod_crashes, story.name, LABELS):
        story.until("the pod crashes", lambda: waiting() == ["CrashLoopBackOff"])
        first = _pods(story)[0]
        story.lab.kubernetes.delete(first)
        story.until(
            "its successor crashes",
            lambda: (
                waiting() == ["CrashLoopBackOff"]
                and _pods(story)[0]["metadata"]["uid"] != first["metadata"]["uid"]
            ),
        )
    story.until("the pod runs", lambda: waiting() == [""])


def test_an_evicted_pod(story: Story) -> None:
    """An evicted pod stays behind as Failed beside its successor."""
    _portal(story)
    with story.lab.fault(faults.pod_evicted, story.name, LABELS):

        def phases() -> list[str]:
            return sorted(pod["status"]["phase"] for pod in _pods(story))

        story.until("a successor runs", lambda: phases() == ["Failed", "Running"])
        reasons = [pod["status"].get("reason") for pod in _pods(story)]
        assert "Evicted" in reasons
    story.until("one pod is left", lambda: phases() == ["Running"])


def test_no_nodes(story: Story) -> None:
    """Without nodes every pod is Pending, and comes back with them."""
    name = _portal(story)
    with story.lab.fault(faults.nodes_gone):
        story.until(
            "the pod is Pending",
            lambda: [pod["status"]["phase"] for pod in _pods(story)] == ["Pending"],
        )
        nobody = "FailedScheduling: no nodes available to schedule pods"
        story.until(
            "the scheduler says why",
            lambda: nobody in _events(story, "FailedScheduling"),
        )
        assert _ready_endpoints(story) == []
    story.until(
        "the pod runs",
        lambda: [pod["status"]["phase"] for pod in _pods(story)] == ["Running"],
    )
    story.until_synced(name)


def test_a_claim_that_stays_pending(story: Story) -> None:
    """A pod waits for its claim, and the claim for a provisioner."""
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "files"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }
    deployment = _deployment()
    mounted = {"persistentVolumeClaim": {"claimName": "files"}, "name": "files"}
    deployment["spec"]["template"]["spec"]["volumes"] = [mounted]
    story.repository.push({"app/all.yaml": text(deployment, claim)})
    with story.lab.fault(faults.volumes_pending):
        name = story.application([story.folder("app")])
        for who, reason, words in (
            (
                "scheduler",
                "FailedScheduling",
                "pod has unbound immediate PersistentVolumeClaims",
            ),
            ("claim", "ExternalProvisioning", "Waiting for a volume to be created"),
        ):
            story.until(
                f"the {who} says why: {words}",
                partial(_is_said, story, reason, words),
            )
    story.until_synced(name)


def test_a_route_that_leads_nowhere(lab: Lab, story: Story) -> None:
    """An Ingress without its rewrite is Synced and Healthy, and answers 404."""
    name = _portal(story, _ingress("/kr(/|$)(.*)", **{"use-regex": "true"}))
    upstream = nginx(lab, "location = / { return 200 portal; }", f"{story.name}-pods")

    assert _asked(lab, story, upstream, "/kr") == HTTPStatus.NOT_FOUND
    health = story.status(name)["health"]["status"]
    assert (story.status(name)["sync"]["status"], health) == ("Synced", "Healthy")

    rewritten = _ingress(
        "/kr(/|$)(.*)", **{"use-regex": "true", "rewrite-target": "/$2"}
    )
    story.repository.push({"app/all.yaml": text(_deployment(), _service(), rewritten)})
    story.lab.refresh(name)
    story.until(
        "the Ingress is rewritten",
        lambda: "rewrite-target" in str(_live_ingress(story)["metadata"]),
    )
    assert _asked(lab, story, upstream, "/kr") == HTTPStatus.OK
    assert _asked(lab, story, upstream, "/krypton") == HTTPStatus.NOT_FOUND


def _live_ingress(story: Story) -> Object:
    found = story.find("networking.k8s.io/v1", "Ingress", "portal")
    assert found is not None
    return found


def _asked(lab: Lab, story: Story, upstream: str, path: str) -> int:
    """Ask a real nginx with the location that ingress-nginx makes of the Ingress.

    # ingress-nginx: rootfs/etc/nginx/template/nginx.tmpl, buildLocation and
    # buildProxyPass in internal/ingress/controller/template/template.go
    """
    ingress = _live_ingress(story)
    route = ingress["spec"]["rules"][0]["http"]["paths"][0]["path"]
    prefix = "nginx.ingress.kubernetes.io/"
    target = ingress["metadata"]["annotations"].get(f"{prefix}rewrite-target")
    rewrite = f'rewrite "(?i){route}" {target} break;' if target else ""
    location = f'location ~* "^{route}" {{ {rewrite} proxy_pass {upstream}; }}'
    part = f"{story.name}-edge"
    address = nginx(lab, location, part)
    request = urllib.request.Request(  # noqa: S310 - loopback, by our own nginx
        f"{address}{path}", headers={"Host": "portal.example.com"}
    )
    try:
        with ask(request, timeout=600) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    finally:
        lab.processes.stop(part)
