"""Platforms of any size, written to a folder."""

from pathlib import Path

CHART = {
    "Chart.yaml": "apiVersion: v2\nname: app\nversion: 1.0.0\n",
    "values.yaml": (
        "replicas: 1\nimage: {repository: ghcr.io/acme/app, tag: 1.0.0}\n"
        "service: {port: 80}\ningress: {host: app.example, path: /}\nenv: {}\n"
    ),
    "templates/_helpers.tpl": (
        '{{- define "app.labels" -}}\napp.kubernetes.io/name: {{ .Chart.Name }}\n'
        "app.kubernetes.io/instance: {{ .Release.Name }}\n{{- end }}\n"
    ),
    "templates/deployment.yaml": """apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  labels: {{- include "app.labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {{- include "app.labels" . | nindent 6 }}}
  template:
    metadata: {labels: {{- include "app.labels" . | nindent 8 }}}
    spec:
      containers:
        - name: app
          image: {{ .Values.image.repository }}:{{ .Values.image.tag }}
          ports: [{name: http, containerPort: 8080}]
          env:
            {{- range $name, $value := .Values.env }}
            - {name: {{ $name }}, value: {{ $value | quote }}}
            {{- end }}
""".replace("{matchLabels: {{-", "\n    matchLabels: {{-")
    .replace("nindent 6 }}}", "nindent 6 }}")
    .replace("metadata: {labels: {{-", "metadata:\n      labels: {{-")
    .replace("nindent 8 }}}", "nindent 8 }}"),
    "templates/service.yaml": """apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}
  labels: {{- include "app.labels" . | nindent 4 }}
spec:
  selector: {{- include "app.labels" . | nindent 4 }}
  ports: [{name: http, port: {{ .Values.service.port }}, targetPort: http}]
""",
    "templates/ingress.yaml": """apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ .Release.Name }}
spec:
  ingressClassName: nginx
  rules:
    - host: {{ .Values.ingress.host }}
      http:
        paths:
          - path: {{ .Values.ingress.path }}
            pathType: Prefix
            backend: {service: {name: {{ .Release.Name }}, port: {name: http}}}
""",
}
REPOSITORY = "https://git.example/acme/platform"


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write files below a folder and return it."""
    for name, text in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return folder


def helm_applications(folder: Path, count: int) -> Path:
    """Write `count` Applications of one chart, each with a value file of its own."""
    files = {f"chart/{name}": text for name, text in CHART.items()}
    files["baro.yaml"] = f"repositories: {{{REPOSITORY}: .}}\n"
    for number in range(count):
        name = f"app-{number:04}"
        files[f"values/{name}.yaml"] = (
            f"replicas: {number % 5 + 1}\ningress: {{host: {name}.example}}\n"
            f"env: {{NAME: {name}}}\n"
        )
        files[f"apps/{name}.yaml"] = f"""apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: {name}, namespace: argocd}}
spec:
  project: default
  source:
    repoURL: {REPOSITORY}
    targetRevision: main
    path: chart
    helm: {{valueFiles: [/values/{name}.yaml]}}
  destination: {{server: https://kubernetes.default.svc, namespace: {name}}}
  syncPolicy: {{syncOptions: [CreateNamespace=true]}}
"""
    return write(folder, files)


def many_clusters(folder: Path, clusters: int, instances: int) -> Path:
    """Write one ApplicationSet that gives `clusters` x `instances` Applications."""
    registered = "\n".join(
        f"  - {{name: c{number:03}, server: 'https://c{number:03}.example', "
        f"labels: {{environment: edge, ring: '{number % 10}'}}, "
        f"annotations: {{domain: c{number:03}.example, revision: main}}}}"
        for number in range(clusters)
    )
    elements = ", ".join(f"{{instance: i{number:02}}}" for number in range(instances))
    return write(
        folder,
        {
            "baro.yaml": (
                f"repositories: {{{REPOSITORY}: .}}\nclusters:\n{registered}\n"
            ),
            "manifests/config.yaml": (
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: config}\n"
                "data: {a: b}\n"
            ),
            "applicationset.yaml": f"""apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: fleet, namespace: argocd}}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators:
    - matrix:
        generators:
          - clusters: {{selector: {{matchLabels: {{environment: edge}}}}}}
          - list: {{elements: [{elements}]}}
  template:
    metadata:
      name: '{{{{.name}}}}-{{{{.instance}}}}'
      labels: {{ring: '{{{{.metadata.labels.ring}}}}'}}
      annotations: {{domain: '{{{{.instance}}}}.{{{{.metadata.annotations.domain}}}}'}}
    spec:
      project: default
      source:
        repoURL: {REPOSITORY}
        targetRevision: '{{{{.metadata.annotations.revision}}}}'
        path: manifests
      destination: {{server: '{{{{.server}}}}', namespace: '{{{{.instance}}}}'}}
      syncPolicy: {{syncOptions: [CreateNamespace=true]}}
""",
        },
    )
