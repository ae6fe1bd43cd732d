"""Random templates for random ApplicationSets, in both template languages."""

from collections.abc import Sequence
from random import Random

from lab.parity.case import Object

LOCAL = "https://kubernetes.default.svc"
PLATFORM = "https://git.example/acme/platform"
# What each kind of generator gives that tells its Applications apart.
GO_NAMES = {
    "list": "{{ .name }}",
    "clusters": "{{ .name }}",
    "git": "{{ .path.basename | lower }}",
}
FAST_NAMES = {
    "list": "{{name}}",
    "clusters": "{{name}}",
    "git": "{{path.basenameNormalized}}",
}
SAFE_TEXTS = ("fixed", "", "a: b, {c}", "é\n")
GO_SAFE_TEXTS = (
    *SAFE_TEXTS,
    '{{ list 1 2.5 "x" | toJson }}',
    "{{ len . }}",
    '{{ printf "%05d" 7 }}{{/* unseen */}}',
    "{{- range until 3 }} {{ . }}{{ end -}}",
    '{{ $x := dict "a" 1 }}{{ $x.a }}',
    "{{ `{{ left }}` }}",
    '{{ keys . | has "name" }}',
    '{{ "a b" | title | quote | b64enc }}',
    "{{ if .name }}named{{ else }}nameless{{ end }}",
)
# Each of these may fail for some parameters, and is the only one that does.
GO_TEXTS = (
    "{{ .env }}",
    "{{ .env | upper | quote }}",
    '{{ default "none" .missing }}',
    '{{ if eq .env "prod" }}yes{{ else }}no{{ end }}',
    "{{ .nested.team | quote }}",
    "{{ index .list 0 }}",
    '{{ printf "%s-%v" .env .number }}',
    "{{ range $at, $one := .list }}{{ $at }}={{ $one }};{{ end }}",
    "{{ normalize .odd }}",
    "{{ slugify 20 true .odd }}",
    "{{ .number | int | add 1 }}",
    "{{ .number }} {{ .on }} {{ .none }}",
    '{{ .env | replace "o" "0" | trunc 3 }}',
    "{{ kindOf .number }} {{ typeOf .nested }}",
    "{{ toJson .nested }}",
    "{{ toYaml .nested }}",
    '{{ dig "team" "size" "none" .nested }}',
    '{{ .nested | get "team" }}',
    "{{ .metadata.labels.env }}",
    '{{ index .metadata.annotations "domain" }}',
    "{{ .values.owner }}",
    '{{ .path.path }} {{ .path.filename }} {{ join "+" .path.segments }}',
    "{{ .repo.path.basename }}",
    "{{ .nameNormalized }} {{ .server }}",
    "{{ len .list }} {{ .list | first }}",
    '{{ ternary "a" "b" (eq .on true) }}',
    "{{ .name | sha256sum | trunc 8 }}",
    "{{ fromYaml (toYaml .nested) }}",
    '{{ include "nothing" . }}',
    "{{ env }}",
    "{{ .name",
    "{{ . | len }}",
    '{{ required "no team" .nested.team }}',
    '{{ fail "on purpose" }}',
    "{{ range .clusters }}{{ .name }} {{ end }}",
)
FAST_TEXTS = (
    "{{env}}",
    "{{ env }}",
    "{{missing}}",
    "{{nested.team}}",
    "{{number}}",
    "{{list}}",
    "{{list[0]}}",
    "{{odd}}",
    "{{none}}",
    "{{metadata.labels.env}}",
    "{{metadata.annotations.domain}}",
    "{{values.owner}}",
    "{{path}} {{path[0]}} {{path.basename}} {{path.filename}}",
    "{{repo.path.basename}}",
    "{{nameNormalized}} {{server}}",
    "{{name",
    "}}{{",
    "{{ .env }}",
    "{{{env}}}",
)
PATCHES = (
    '{{ if eq .env "prod" }}spec: {syncPolicy: {automated: {prune: true}}}{{ end }}',
    "metadata: {labels: {patched: '{{ .env }}'}, annotations: null}\n",
    "spec:\n  source:\n    helm:\n      valuesObject: {{ toJson . }}\n",
    "spec:\n  syncPolicy:\n    syncOptions: [Patched=true]\n",
    "spec: {info: [{name: patched, value: '{{ .name }}'}]}\n",
    "metadata: {finalizers: [example.com/kept]}\n",
    "spec: [not, a, map]\n",
    "spec: {\n",
)


def chance(random: Random, percent: int) -> bool:
    """Return True in so many of a hundred calls."""
    return random.randrange(100) < percent


def template_of(random: Random, name: str, kinds: Sequence[str], *, go: bool) -> Object:
    """Return `template`, and what stands beside it in the spec."""
    names = GO_NAMES if go else FAST_NAMES
    texts = GO_TEXTS if go else FAST_TEXTS
    parts = [names[kind] for kind in dict.fromkeys(kinds)]
    if kinds.count("list") > 1 and chance(random, 50):
        parts.append("{{ .inner }}" if go else "{{inner}}")
    metadata: Object = {"name": "-".join((name, *parts))}
    if chance(random, 80):
        metadata["annotations"] = {"said": _text(random, texts)}
    if chance(random, 30):
        metadata["labels"] = {"set": name, "app": "fixed"}
    if chance(random, 15):
        metadata["finalizers"] = ["resources-finalizer.argocd.argoproj.io/background"]
    found: Object = {
        "template": {"metadata": metadata, "spec": _spec(random, texts, kinds, go=go)}
    }
    if go and chance(random, 20):
        found["templatePatch"] = random.choice(PATCHES)
    if chance(random, 15):
        found["syncPolicy"] = {"preserveResourcesOnDeletion": True}
    return found


def _text(random: Random, texts: Sequence[str]) -> str:
    safe = GO_SAFE_TEXTS if texts is GO_TEXTS else SAFE_TEXTS
    return random.choice(safe if chance(random, 60) else texts)


def _spec(
    random: Random, texts: Sequence[str], kinds: Sequence[str], *, go: bool
) -> Object:
    server = "{{ .server }}" if go else "{{server}}"
    destinations: list[Object] = [{"server": LOCAL}, {"name": "in-cluster"}]
    if "clusters" in kinds:
        destinations += [{"server": server}] * 4
    if chance(random, 6):
        destinations = [{"name": "unknown"}, {"server": "https://unknown.example"}]
    spec: Object = {
        "project": "nobody" if chance(random, 4) else "default",
        "destination": random.choice(destinations) | {"namespace": "target"},
    }
    if chance(random, 25):
        values = {"repoURL": PLATFORM, "targetRevision": "main", "ref": "values"}
        spec["sources"] = [_source(random, texts), values]
    else:
        spec["source"] = _source(random, texts)
    if chance(random, 30):
        spec["syncPolicy"] = random.choice(
            (
                {"automated": {}},
                {"automated": {"prune": True, "selfHeal": False}},
                {"syncOptions": ["CreateNamespace=true"], "retry": {"limit": 2}},
                {"managedNamespaceMetadata": {"labels": {"said": "fixed"}}},
            )
        )
    if chance(random, 10):
        spec["info"] = [{"name": "said", "value": "fixed"}]
    if chance(random, 10):
        spec["ignoreDifferences"] = [
            {"kind": "Deployment", "group": "apps", "jsonPointers": ["/spec/replicas"]}
        ]
    if chance(random, 10):
        spec["revisionHistoryLimit"] = random.choice((0, 3))
    return spec


def _source(random: Random, texts: Sequence[str]) -> Object:
    source: Object = {"repoURL": PLATFORM, "targetRevision": "main"}
    if chance(random, 30):
        source |= {"repoURL": "https://charts.example/x", "chart": "web"}
        source["targetRevision"] = random.choice(("1.2.3", "1.x", ">=1.0.0 <2.0.0"))
    else:
        source["path"] = "apps"
    said = _text(random, texts)
    options: tuple[Object, ...] = (
        {},
        {"helm": {"valuesObject": {"said": said, "zero": 0, "none": None, "list": []}}},
        {"helm": {"values": f"said: '{said}'\n"}},
        {"helm": {"parameters": [{"name": "said", "value": said}]}},
        {"helm": {"valueFiles": ["$values/one.yaml"], "releaseName": "web"}},
        {"helm": {"ignoreMissingValueFiles": True, "skipCrds": False}},
        {"kustomize": {"images": ["web=registry.example/web:1"], "namePrefix": "a-"}},
        {"directory": {"recurse": True, "jsonnet": {}}},
        {"plugin": {"name": "x", "env": [{"name": "SAID", "value": "fixed"}]}},
    )
    return source | random.choice(options)
