"""Volumes: folders inside the state folder, so that data really is kept or lost."""

import shutil
from pathlib import Path

from lab.api import Api, Object
from lab.errors import ApiError
from lab.location import Site
from lab.parts.kubernetes import PROVISIONER, STORAGE_CLASS
from lab.parts.part import Part

PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"


def provision(site: Site, api: Api) -> None:
    """Give claims that wait a volume; remove volumes that nobody claims any more."""
    claims = api.every("v1", "PersistentVolumeClaim")
    # Asked after the claims: none is served that came after the pause began.
    if not (site.state / "volumes.paused").exists():
        for claim in filter(_waits, claims):
            _make_volume(site, api, claim)
    for volume in api.every("v1", "PersistentVolume"):
        if _is_to_be_removed(volume):
            shutil.rmtree(volume["spec"]["hostPath"]["path"], ignore_errors=True)
            api.delete(volume)


def volume_folder(api: Api, namespace: str, claim: str) -> Path:
    """Return the folder behind a bound claim."""
    bound = api.get("v1", "PersistentVolumeClaim", claim, namespace)
    volume = api.get("v1", "PersistentVolume", bound["spec"]["volumeName"])
    return Path(volume["spec"]["hostPath"]["path"])


def _waits(claim: Object) -> bool:
    spec = claim["spec"]
    ours = spec.get("storageClassName") == STORAGE_CLASS
    return bool(ours and not spec.get("volumeName") and _lives(claim))


def _lives(one: Object) -> bool:
    return "deletionTimestamp" not in one["metadata"]


def _is_to_be_removed(volume: Object) -> bool:
    ours = volume["metadata"].get("annotations", {}).get(PROVISIONED_BY) == PROVISIONER
    released = volume.get("status", {}).get("phase") == "Released"
    policy = volume["spec"]["persistentVolumeReclaimPolicy"]
    return bool(ours and released and policy == "Delete")


def _make_volume(site: Site, api: Api, claim: Object) -> None:
    metadata = claim["metadata"]
    name = f"pvc-{metadata['uid']}"
    folder = site.folder("volumes", 0o711) / name
    folder.mkdir(exist_ok=True)
    volume = {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name, "annotations": {PROVISIONED_BY: PROVISIONER}},
        "spec": {
            "storageClassName": STORAGE_CLASS,
            "persistentVolumeReclaimPolicy": "Delete",
            "accessModes": claim["spec"]["accessModes"],
            "capacity": {"storage": claim["spec"]["resources"]["requests"]["storage"]},
            "hostPath": {"path": str(folder)},
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "namespace": metadata["namespace"],
                "name": metadata["name"],
                "uid": metadata["uid"],
            },
        },
    }
    try:
        api.create(volume)
    except ApiError as error:
        if error.reason != "AlreadyExists":
            raise


PARTS = (Part("volumes", ("apiserver", "controller-manager", "kwok"), watch=provision),)
