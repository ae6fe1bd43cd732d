"""No value of a Secret gets in."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baro.model.secret import (
    LAST_APPLIED,
    decoded,
    digest,
    is_digest,
    looks_secret,
    redact,
    redact_remote,
)

KEY = b"k" * 32
OTHER = b"o" * 32
VALUE = "correct horse battery staple"


def secret(**fields: Any) -> dict[str, Any]:
    """Write a Secret."""
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, **fields}


def encoded(text: str) -> str:
    """Write a value as `data` has it."""
    return base64.b64encode(text.encode()).decode()


def test_equal_values_have_equal_digests() -> None:
    """In `data`, in `stringData`, and in two Secrets."""
    one = redact(secret(data={"a": encoded(VALUE)}, stringData={"b": VALUE}), KEY)
    two = redact(secret(stringData={"c": VALUE, "d": "other"}), KEY)
    assert one["data"]["a"] == one["stringData"]["b"] == two["stringData"]["c"]
    assert two["stringData"]["c"] != two["stringData"]["d"]


def test_another_key_gives_other_digests() -> None:
    """Digests of two runs cannot be compared."""
    assert digest(VALUE, KEY) != digest(VALUE, OTHER)


def test_names_labels_and_annotations_are_kept() -> None:
    """What rules need stays: names of keys, labels, annotations, the type."""
    metadata = {"name": "s", "labels": {"a": "b"}, "annotations": {"c": "d"}}
    body = secret(metadata=metadata, type="Opaque", data={"password": encoded(VALUE)})
    found = redact(body, KEY)
    assert found["metadata"] == metadata
    assert found["type"] == "Opaque"
    assert list(found["data"]) == ["password"]


@pytest.mark.parametrize(
    "body",
    [
        secret(data={"a": encoded(VALUE)}),
        secret(data={"a": VALUE}),
        secret(stringData={"a": VALUE, "b": f"x{VALUE}x"}),
        secret(data=VALUE),
        secret(data={"a": [VALUE], "b": {"c": VALUE}}),
        secret(metadata={"annotations": {LAST_APPLIED: json.dumps({"a": VALUE})}}),
        {"kind": "Secret", "stringData": {"a": VALUE}},
        {
            "apiVersion": "v1",
            "kind": "List",
            "items": [secret(stringData={"a": VALUE})],
        },
        {"kind": "SecretList", "items": [secret(stringData={"a": VALUE}), None]},
        secret(
            metadata={"labels": {"argocd.argoproj.io/secret-type": "cluster"}},
            stringData={"name": "hub", "config": VALUE},
        ),
    ],
)
def test_nothing_leaks(body: dict[str, Any]) -> None:
    """Neither the value nor its base64 is anywhere in what is left."""
    left = json.dumps(redact(body, KEY))
    assert VALUE not in left
    assert encoded(VALUE) not in left


@given(
    st.dictionaries(st.text(max_size=5), st.text(min_size=8), max_size=4),
    st.sampled_from(["data", "stringData"]),
)
def test_redacted_is_redacted(values: dict[str, str], field: str) -> None:
    """Every value that is not empty becomes a digest, and stays that digest."""
    once = redact(secret(**{field: values}), KEY)
    for value in once[field].values():
        assert is_digest(value)
    assert redact(once, KEY) == once


def test_what_registers_a_cluster_can_be_read() -> None:
    """Name and server of a cluster Secret are no secrets; its config is one."""
    labels = {"argocd.argoproj.io/secret-type": "cluster"}
    fields = {"name": "hub", "server": "https://a", "config": "{}"}
    found = redact(secret(metadata={"labels": labels}, stringData=fields), KEY)
    assert found["stringData"]["name"] == "hub"
    assert found["stringData"]["server"] == "https://a"
    assert is_digest(found["stringData"]["config"])


def test_empty_values_stay_empty() -> None:
    """That a password is empty is a fact that may be told."""
    found = redact(secret(data={"a": ""}, stringData={"b": "", "c": None}), KEY)
    assert (found["data"], found["stringData"]) == ({"a": ""}, {"b": "", "c": None})


def test_other_objects_are_left_alone() -> None:
    """What is no Secret is returned as it is."""
    body = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": VALUE}}
    assert redact(body, KEY) is body


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("password", True),
        ("POSTGRES_PASSWORD", True),
        ("clientSecret", True),
        ("client-secret", True),
        ("api_key", True),
        ("tls.key", True),
        ("github-token", True),
        ("domain", False),
        ("repo.url", False),
        ("keyboard", False),
        ("cluster_name", False),
    ],
)
def test_what_looks_secret(name: str, expected: bool) -> None:  # noqa: FBT001
    """Names tell what is likely to be a secret."""
    assert looks_secret(name) is expected


def test_base64() -> None:
    """Line breaks do not count; what is no base64 encodes nothing."""
    assert decoded("aH\nVi") == b"hub"
    assert decoded("%") is None
    assert decoded(7) is None


def test_digests_stay() -> None:
    """A digest is not digested again."""
    assert digest(digest(VALUE, KEY), KEY) == digest(VALUE, KEY)


def test_remote_values() -> None:
    """Of a secret store's values those are redacted whose name looks secret."""
    found = redact_remote({"domain": "a.example", "db": {"password": VALUE}}, KEY)
    assert found["domain"] == "a.example"
    assert is_digest(found["db"]["password"])
