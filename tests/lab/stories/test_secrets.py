"""A password that is made anew while the data it opens stays."""

from base64 import b64decode

from lab import Lab, faults
from lab.api import Object
from lab.database import postgresql
from lab.location import ARGOCD_NAMESPACE
from lab.parts.volumes import volume_folder
from tests.lab.story import ARGOCD, CASCADE, CLUSTER, Story, text

SECRETS = "external-secrets.io/v1"
REFUSED = 'FATAL:  password authentication failed for user "backstage"'


def _generated_password() -> tuple[Object, Object]:
    generator = {
        "apiVersion": "generators.external-secrets.io/v1alpha1",
        "kind": "Password",
        "metadata": {"name": "database"},
        "spec": {"length": 24, "symbols": 0, "noUpper": False, "allowRepeat": True},
    }
    reference = {
        "apiVersion": "generators.external-secrets.io/v1alpha1",
        "kind": "Password",
        "name": "database",
    }
    secret = {
        "apiVersion": SECRETS,
        "kind": "ExternalSecret",
        "metadata": {"name": "database"},
        "spec": {
            "refreshInterval": "0",
            "target": {"name": "database", "creationPolicy": "Owner"},
            "dataFrom": [{"sourceRef": {"generatorRef": reference}}],
        },
    }
    return generator, secret


def _stateful_set() -> Object:
    labels = {"app": "database"}
    mount = {"name": "data", "mountPath": "/var/lib/postgresql"}
    password = {"secretKeyRef": {"name": "database", "key": "password"}}
    container = {
        "name": "postgresql",
        "image": "registry.example.com/postgresql:15",
        "env": [{"name": "POSTGRES_PASSWORD", "valueFrom": password}],
        "volumeMounts": [mount],
    }
    claim = {
        "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "database"},
        "spec": {
            "serviceName": "database",
            "replicas": 1,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [container]},
            },
            "volumeClaimTemplates": [claim],
        },
    }


def _application_set(story: Story) -> None:
    """Let an ApplicationSet make the Application, as on the platform."""
    template = {
        "metadata": {"name": story.name, "finalizers": [CASCADE]},
        "spec": {
            "project": "default",
            "destination": {"server": CLUSTER, "namespace": story.name},
            "source": story.folder("app"),
            "syncPolicy": {"automated": {"prune": True, "selfHeal": True}},
        },
    }
    manifest = {
        "apiVersion": ARGOCD,
        "kind": "ApplicationSet",
        "metadata": {"name": story.name, "namespace": ARGOCD_NAMESPACE},
        "spec": {
            "goTemplate": True,
            "generators": [{"list": {"elements": [{"name": story.name}]}}],
            "template": template,
        },
    }
    story.lab.apply(manifest)
    story.sets.append(story.name)
    story.applications.append(story.name)


def _password(story: Story) -> str:
    secret = story.find("v1", "Secret", "database")
    return b64decode(secret["data"]["password"]).decode() if secret else ""


def _uid(story: Story, api_version: str, kind: str, name: str) -> str:
    found = story.find(api_version, kind, name)
    return str(found["metadata"]["uid"]) if found else ""


def test_a_deleted_application_that_comes_back(lab: Lab, story: Story) -> None:
    """The Application returns by itself: the same data, another password."""
    story.repository.push(
        {"app/all.yaml": text(*_generated_password(), _stateful_set())}
    )
    _application_set(story)
    story.until("an Application", lambda: lab.application(story.name))
    story.until_synced(story.name)
    claim = "data-database-0"
    before = _uid(story, "v1", "PersistentVolumeClaim", claim)
    first = _password(story)
    folder = volume_folder(lab.kubernetes, story.name, claim)
    database = postgresql(lab, folder, first)
    database.query("create table kept (n int)", "backstage", first)
    database.stop()

    born = lab.application(story.name)["metadata"]["uid"]
    lab.kubernetes.delete(lab.application(story.name))

    def another() -> bool:
        found = lab.application(story.name)
        return found is not None and found["metadata"]["uid"] != born

    story.until("the ApplicationSet makes it again", another)
    story.until_synced(story.name)
    story.until("another password", lambda: _password(story) not in {"", first})
    second = _password(story)
    assert _uid(story, "v1", "PersistentVolumeClaim", claim) == before
    assert volume_folder(lab.kubernetes, story.name, claim) == folder
    assert not story.status(story.name).get("conditions")

    database = postgresql(lab, folder, second)
    assert REFUSED in database.query("select 1", "backstage", second)
    assert database.query("select count(*) from kept", "backstage", first) == "0"
    assert REFUSED in lab.log(database.name)
    database.stop()


def test_a_deleted_secret_that_comes_back(lab: Lab, story: Story) -> None:
    """A deleted Secret returns with another password, and is ready all the same."""
    story.repository.push({"app/all.yaml": text(*_generated_password())})
    name = story.application([story.folder("app")])
    story.until_synced(name)
    first = story.until("a password", lambda: _password(story))
    with lab.fault(faults.secret_regenerated, story.name, "database"):
        assert _password(story) not in {"", first}
        found = story.find(SECRETS, "ExternalSecret", "database")
        assert found is not None
        ready = found["status"]["conditions"][0]
        assert (ready["type"], ready["status"]) == ("Ready", "True")
        assert story.status(name)["sync"]["status"] == "Synced"
    assert _password(story) == first


def test_data_with_another_password(lab: Lab, story: Story) -> None:
    """The Secret's password is refused until the data knows it again."""
    story.repository.push(
        {"app/all.yaml": text(*_generated_password(), _stateful_set())}
    )
    name = story.application([story.folder("app")])
    story.until_synced(name)
    password = story.until("a password", lambda: _password(story))
    claim = "data-database-0"
    names = (story.name, claim, "database")
    with lab.fault(faults.database_password_differs, *names) as database:
        assert REFUSED in database.query("select 1", "backstage", password)
        assert story.status(name)["health"]["status"] == "Healthy"
    folder = volume_folder(lab.kubernetes, story.name, claim)
    database = postgresql(lab, folder, password)
    assert database.query("select 1", "backstage", password) == "1"
    database.stop()


def test_a_deleted_claim_takes_the_data_with_it(lab: Lab, story: Story) -> None:
    """A StatefulSet leaves its claim behind; deleting the claim deletes the data."""
    story.repository.push(
        {"app/all.yaml": text(*_generated_password(), _stateful_set())}
    )
    name = story.application([story.folder("app")])
    story.until_synced(name)
    claim = "data-database-0"
    folder = volume_folder(lab.kubernetes, story.name, claim)
    (folder / "kept").touch()

    lab.kubernetes.delete(lab.application(name))
    story.until("the Application is gone", lambda: lab.application(name) is None)
    kept = story.find("v1", "PersistentVolumeClaim", claim)
    assert kept is not None
    assert (folder / "kept").exists()

    lab.kubernetes.delete(kept)
    story.until("the folder is gone", lambda: not folder.exists())
