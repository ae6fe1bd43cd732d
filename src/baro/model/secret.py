"""Redaction on entry: no value of a Secret gets further than this module.

A value becomes a keyed digest: equal values have equal digests within one run, and
the key is forgotten at its end. Names, labels and annotations are kept.
"""

import base64
import binascii
import hashlib
import re
import secrets
from collections.abc import Mapping
from typing import Any

MARK = "redacted-"
"""What every digest begins with."""
SECRET_TYPE_LABEL = "argocd.argoproj.io/secret-type"  # noqa: S105 - a label's name
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"

_KEY = secrets.token_bytes(32)
_DIGEST = re.compile(rf"{MARK}[0-9a-f]{{16}}")
_SECRET_WORDS = re.compile(
    r"passw(?:or)?d|passphrase|secret|token|credential|kubeconfig"
    r"|(?:api|access|private|encryption|signing|ssh|tls|client)[-_.]?key"
    r"|bearer|htpasswd|dockerconfig|connection[-_.]?string|^pwd$|^dsn$",
    re.IGNORECASE,
)
_WEB_USER = re.compile(r"""((?:https?|oci)://)(?:[^\s/@"'`<>\\]*@)+""", re.IGNORECASE)
_PASSWORD = re.compile(
    r"""((?<![\w+.-])[a-zA-Z][\w+.-]{0,20}://[^\s/@:"'`<>\\]*):[^\s/"'`<>\\]*@"""
)
_PLAIN_KEYS: Mapping[str, frozenset[str]] = {
    "cluster": frozenset(
        ("name", "server", "project", "namespaces", "clusterResources", "shard")
    ),
    "repository": frozenset(
        ("type", "url", "name", "project", "enableOCI", "insecure", "tagPrefix")
    ),
    "repo-creds": frozenset(("type", "url", "enableOCI", "insecure")),
}
"""What Argo CD's own Secrets hold that is no secret, by their type."""


def digest(value: str | bytes, key: bytes = _KEY) -> str:
    """Return what stands for a value; empty values and digests stay as they are."""
    if isinstance(value, str):
        if _DIGEST.fullmatch(value):
            return value
        value = value.encode("utf-8", "surrogatepass")
    if not value:
        return ""
    return MARK + hashlib.blake2b(value, key=key, digest_size=8).hexdigest()


def is_digest(value: object) -> bool:
    """Tell whether a value was redacted."""
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def without_credentials(text: str) -> str:
    """Return a text whose URLs have lost their users and passwords.

    A user without a password stays where it says how to log in (`ssh://git@host`),
    not before a web address, where it may be a token.
    """
    return _PASSWORD.sub(r"\1@", _WEB_USER.sub(r"\1", text))


def looks_secret(name: str) -> bool:
    """Tell whether something of that name is likely to be a secret."""
    return _SECRET_WORDS.search(name) is not None


def redact(body: Mapping[str, Any], key: bytes = _KEY) -> Mapping[str, Any]:
    """Return an object without secret values; what is no Secret is returned as it is.

    A List is redacted item by item. `data` and `stringData` of one plain value get
    one digest. Of Argo CD's cluster and repository Secrets the keys stay readable
    that are no secrets.
    """
    items = body.get("items")
    if isinstance(items, list) and str(body.get("kind", "")).endswith("List"):
        kept = [
            redact(item, key) if isinstance(item, Mapping) else item for item in items
        ]
        return {**body, "items": kept}
    if body.get("kind") != "Secret" or str(body.get("apiVersion", "v1")) != "v1":
        return body
    plain = _plain_keys(body)
    redacted = dict(body)
    for field in ("data", "stringData"):
        values = body.get(field)
        if isinstance(values, Mapping):
            redacted[field] = {
                name: value if name in plain else _redacted(value, field, key)
                for name, value in values.items()
            }
        elif values is not None:
            redacted[field] = digest(str(values), key)
    metadata = body.get("metadata")
    if isinstance(metadata, Mapping):
        redacted["metadata"] = _without_last_applied(metadata, key)
    return redacted


def redact_remote(values: Mapping[str, Any], key: bytes = _KEY) -> dict[str, Any]:
    """Return values of a secret store, with those redacted whose name looks secret."""
    return {
        name: redact_remote(value, key)
        if isinstance(value, Mapping)
        else digest(value, key)
        if looks_secret(name) and isinstance(value, str)
        else value
        for name, value in values.items()
    }


def decoded(value: object) -> bytes | None:
    """Return what a value of `data` encodes; None where it is no base64."""
    if not isinstance(value, str):
        return None
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _redacted(value: object, field: str, key: bytes) -> object:
    if not isinstance(value, str) or is_digest(value):
        return value if value is None or is_digest(value) else digest(str(value), key)
    plain = decoded(value) if field == "data" else None
    return digest(value if plain is None else plain, key)


def _plain_keys(body: Mapping[str, Any]) -> frozenset[str]:
    metadata = body.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, Mapping) else None
    kind = labels.get(SECRET_TYPE_LABEL) if isinstance(labels, Mapping) else None
    return _PLAIN_KEYS.get(str(kind), frozenset())


def _without_last_applied(metadata: Mapping[str, Any], key: bytes) -> Mapping[str, Any]:
    annotations = metadata.get("annotations")
    if not isinstance(annotations, Mapping) or LAST_APPLIED not in annotations:
        return metadata
    applied = digest(str(annotations[LAST_APPLIED]), key)
    return {**metadata, "annotations": {**annotations, LAST_APPLIED: applied}}
