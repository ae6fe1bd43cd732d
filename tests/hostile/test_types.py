"""Applications and ApplicationSets with null where Go has its empty value."""

import json
from pathlib import Path

from tests.hostile.attack import HERE, URL, baro, write

_GIT = {"repoURL": URL, "revision": "main"}
_ONE = {"list": {"elements": [{"a": "b"}]}}
GENERATORS: tuple[object, ...] = (
    None,
    3,
    {"list": None},
    {**_ONE, "selector": {"matchLabels": {"a": None}}},
    {**_ONE, "selector": {"matchExpressions": [None]}},
    {**_ONE, "selector": {"matchExpressions": [{"key": "a", "values": [None]}]}},
    {"clusters": {"values": {"a": None}}},
    {"git": {**_GIT, "directories": [None]}},
    {"git": {**_GIT, "files": [None]}},
    {"matrix": {"generators": [None, None]}},
    {"matrix": {"generators": [_ONE, None]}},
    {"merge": {"mergeKeys": [None], "generators": [None, _ONE]}},
)


def _applicationset(name: str, **spec: object) -> str:
    body = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {"name": name, "namespace": "argocd"},
        "spec": {"template": {"metadata": {"name": "{{a}}"}}, **spec},
    }
    return json.dumps(body) + "\n---\n"


def test_null_in_a_generator_stops_nothing(tmp_path: Path) -> None:
    """Each is expanded or refused, with Go templates and without."""
    sets = [
        _applicationset(f"s{number}-{go}".lower(), goTemplate=go, generators=[each])
        for number, each in enumerate(GENERATORS)
        for go in (True, False)
    ]
    write(tmp_path, {"baro.yaml": HERE, "sets.yaml": "".join(sets)})
    answer = json.loads(baro(tmp_path, "render", "--format", "json").out)
    kinds = [each["object"]["kind"] for each in answer["objects"]]

    assert kinds.count("ApplicationSet") == len(sets)


def test_junk_in_every_field_stops_nothing(tmp_path: Path) -> None:
    """Numbers, lists, maps and null where something else is wanted."""
    junk: tuple[object, ...] = (3, None, "", [], {}, [None], {"a": None}, "\0", "{{")
    spec = {"project": "p", "destination": {}, "source": {"helm": {}}, "sources": []}
    files = []
    for number, (key, value) in enumerate((k, v) for k in spec for v in junk):
        body = {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {"name": f"n{number}"},
            "spec": {**spec, key: value},
        }
        files.append(json.dumps(body))
        wholes = ({**body, "metadata": value}, {**body, "spec": value})
        files.extend(map(json.dumps, wholes))
        external = {"kind": "ExternalSecret", "metadata": {"name": f"e{number}"}}
        template = {"spec": {"target": {"template": {"data": value}}}}
        files.append(json.dumps({"apiVersion": "x/v1", **external, **template}))
    write(tmp_path, {"baro.yaml": HERE, "all.yaml": "\n---\n".join(files)})

    for arguments in (("check",), ("check", "--manifests", "all.yaml"), ("tree",)):
        assert baro(tmp_path, *arguments).code in {0, 1}
