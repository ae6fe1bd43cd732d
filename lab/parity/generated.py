"""ApplicationSets drawn at random, the same ones from the same seed.

Every set has a random generator of its own, so that a set stays what it is when the
number of sets changes. Names begin with the set's name: all of them fit in one lab.
"""

from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any

from lab.location import ARGOCD_NAMESPACE
from lab.parity.case import Case, Object
from lab.parity.generated_templates import chance, template_of

SUITE = "generated"
SEED = 5
COUNT = 400
AT_ONCE = 20
DEEPEST = 2
URL = "https://git.example/lab/generated"
FILES: Mapping[str, str] = {
    "apps/web/kustomization.yaml": "resources: []\n",
    "apps/web-api/kustomization.yaml": "resources: []\n",
    "apps/db/config.json": '{"name": "db", "env": "prod", "size": 3}\n',
    "apps/db/nested/deep.yaml": "name: deep\n",
    "apps/Odd_Name/readme.md": "# odd\n",
    "config/eu/prod.json": (
        '{"name": "eu-prod", "env": "prod", "nested": {"team": "blue", "size": 2},'
        ' "list": ["a", "b"], "on": true, "ratio": 1.5, "none": null}\n'
    ),
    "config/eu/dev.json": '{"name": "eu-dev", "env": "dev", "nested": {"team": ""}}\n',
    "config/us/prod.yaml": (
        "name: us-prod\nenv: prod\nnested: {team: red, size: 10000000}\n"
        "list: []\nwhen: 2026-01-02\nnumber: 007\n"
    ),
    "config/many.yaml": "- {name: one, env: dev}\n- {name: two, env: prod}\n",
    "config/empty.yaml": "",
    "config/text.yaml": "just text\n",
}
CLUSTERS: Mapping[str, tuple[dict[str, str], dict[str, str]]] = {
    "alpha": ({"env": "prod", "tier": "gold"}, {"domain": "alpha.example"}),
    "beta": ({"env": "dev"}, {"domain": "beta.example", "team": "blue"}),
    "gamma": ({"env": "prod", "zone": "eu"}, {}),
}
WORDS = ("web", "db", "api", "cache", "queue")
ENVIRONMENTS = ("prod", "dev", "stage")


def generated_cases(count: int = COUNT, seed: int = SEED) -> Iterator[Case]:
    """Yield all sets, some of them in each case."""
    for first in range(0, count, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, count))
        sets = tuple(generated_set(number, seed) for number in numbers)
        name = f"{first:03}-{numbers[-1]:03}"
        yield Case(name, (*sets, *_clusters()), {URL: FILES})


def generated_set(number: int, seed: int = SEED) -> Object:
    """Return the ApplicationSet of a number."""
    # Not for secrets: the same numbers every time are what is wanted.
    random = Random(f"{seed}/{number}")  # noqa: S311
    name = f"s{number:03}"
    go = chance(random, 70)
    generators = [_generator(random, 0)]
    if chance(random, 10):
        generators.append(_list(random, 0))
    if not go and chance(random, 85):
        generators = _texts_only(generators)
    spec: Object = {
        "goTemplate": go,
        "generators": [_selected(random, one) for one in generators],
        **template_of(random, name, _kinds(generators), go=go),
    }
    if go and chance(random, 70):
        options = ("error", "error", "error", "zero", "default", "invalid")
        spec["goTemplateOptions"] = [f"missingkey={random.choice(options)}"]
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {"name": name, "namespace": ARGOCD_NAMESPACE},
        "spec": spec,
    }


def _texts_only(value: Any) -> Any:
    """Return generators whose elements are texts: all that fasttemplate knows."""
    if isinstance(value, list):
        return [_texts_only(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: [{k: v for k, v in one.items() if isinstance(v, str)} for one in inner]
        if key == "elements"
        else _texts_only(inner)
        for key, inner in value.items()
    }


def _kinds(generators: list[Object]) -> list[str]:
    """Return the kinds of the generators that end the tree, in its order."""
    found = []
    for one in generators:
        for kind, body in one.items():
            inner = body.get("generators") if kind != "selector" else ()
            found += _kinds(inner) if inner else [kind] if kind != "selector" else []
    return found


def _generator(random: Random, depth: int) -> Object:
    makers: list[Callable[[Random, int], Object]] = [
        *(_list, _list, _clusters_generator, _directories, _files),
        *((_matrix, _matrix, _merge) if depth < DEEPEST else ()),
    ]
    return random.choice(makers)(random, depth)


def _list(random: Random, depth: int) -> Object:
    names = random.sample(WORDS, random.randint(1, 3))
    if chance(random, 10):
        names[-1] = random.choice(("Upper", "under_score", names[0]))
    elements = [_element(random, name, depth) for name in names]
    if chance(random, 15):
        lines = "".join(f"- {{name: {name}, env: yaml}}\n" for name in names)
        return {"list": {"elementsYaml": lines}}
    return {"list": {"elements": elements}}


def _element(random: Random, name: str, depth: int) -> Object:
    found: Object = {"name": name, "env": random.choice(ENVIRONMENTS)}
    if depth:
        found["inner"] = random.choice(WORDS)
    if depth and chance(random, 30):
        return {f"{key}{depth}": one for key, one in found.items()}
    more: Mapping[str, object] = {
        "nested": {"team": random.choice(("blue", "red", "")), "size": 3},
        "list": ["one", "two"],
        "number": random.choice((0, 7, 1.5, 10000000, -1)),
        "on": random.choice((True, False)),
        "odd": random.choice(("A b/C_d", "x" * 70, "-edge-", "é", "{{ .env }}")),
        "empty": "",
        "none": None,
    }
    return found | {key: one for key, one in more.items() if chance(random, 85)}


def _clusters_generator(random: Random, _depth: int) -> Object:
    selectors: tuple[Object, ...] = (
        {},
        {"matchLabels": {"env": "prod"}},
        {"matchExpressions": [{"key": "zone", "operator": "DoesNotExist"}]},
        {"matchExpressions": [{"key": "tier", "operator": "Exists"}]},
        {"matchExpressions": [_in(random, "env")]},
        {"matchLabels": {"env": "nowhere"}},
    )
    body: Object = {}
    if selector := random.choice(selectors):
        body["selector"] = selector
    if chance(random, 40):
        body["values"] = {"owner": random.choice(("ops", "{{name}}", "{{ .name }}"))}
    if chance(random, 10):
        body["flatList"] = True
    return {"clusters": body}


def _in(random: Random, key: str) -> Object:
    values = random.sample(ENVIRONMENTS, random.randint(1, 2))
    return {"key": key, "operator": random.choice(("In", "NotIn")), "values": values}


def _directories(random: Random, _depth: int) -> Object:
    patterns = ("apps/*", "apps/**", "*", "apps/web*", "config/[eu]*", "nowhere/*")
    items: list[Object] = [{"path": random.choice(patterns)}]
    if chance(random, 40):
        items.append({"path": random.choice(("apps/db", "apps/O*", "apps/*-api"))})
        items[-1]["exclude"] = chance(random, 80)
    return {"git": _git(random) | {"directories": items}}


def _files(random: Random, _depth: int) -> Object:
    patterns = (
        *("config/*/*.json", "config/us/*.yaml", "config/many.yaml", "config/eu/*"),
        *("config/**/*.json", "apps/*/config.json", "config/**/*.yaml", "none/*"),
    )
    items: list[Object] = [{"path": random.choice(patterns)}]
    if chance(random, 30):
        items.append({"path": "config/*/dev.*", "exclude": True})
    return {"git": _git(random) | {"files": items}}


def _git(random: Random) -> Object:
    found: Object = {"repoURL": URL, "revision": random.choice(("HEAD", "main"))}
    if chance(random, 5):
        found["revision"] = "gone"
    if chance(random, 20):
        found["pathParamPrefix"] = "repo"
    if chance(random, 20):
        found["values"] = {"owner": random.choice(("ops", "{{ .path.basename }}"))}
    return found


def _matrix(random: Random, depth: int) -> Object:
    children = [_generator(random, depth + 1) for _ in range(2)]
    if chance(random, 4):
        children = children[:1]
    return {"matrix": {"generators": [_selected(random, one) for one in children]}}


def _merge(random: Random, depth: int) -> Object:
    children = [_generator(random, depth + 1), _list(random, 0)]
    keys = random.choice((["name"],) * 6 + (["name", "env"], ["missing"]))
    return {"merge": {"mergeKeys": keys, "generators": children}}


def _selected(random: Random, generator: Object) -> Object:
    if chance(random, 80):
        return generator
    selectors: tuple[Object, ...] = (
        {"matchLabels": {"env": "prod"}},
        {"matchExpressions": [_in(random, "env")]},
        {"matchExpressions": [{"key": "nested.team", "operator": "Exists"}]},
        {"matchExpressions": [{"key": "name", "operator": "In", "values": ["web"]}]},
        {"matchExpressions": [{"key": "on", "operator": "DoesNotExist"}]},
    )
    return {**generator, "selector": random.choice(selectors)}


def _clusters() -> Iterator[Object]:
    for name, (labels, annotations) in CLUSTERS.items():
        kind = {"argocd.argoproj.io/secret-type": "cluster"}
        yield {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {
                "name": f"cluster-{name}",
                "namespace": ARGOCD_NAMESPACE,
                "labels": labels | kind,
                "annotations": annotations,
            },
            "stringData": {
                "name": name,
                "server": f"https://{name}.example",
                "config": "{}",
            },
        }
