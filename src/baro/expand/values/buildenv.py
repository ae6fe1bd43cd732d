"""The variables that Argo CD substitutes in a source's spec: `$ARGOCD_APP_NAME`."""

import re
from collections.abc import Mapping

from baro.model.expansion import Revision
from baro.model.manifest import Manifest

# Go: os.Expand, getShellName
_VARIABLE = re.compile(
    r"\$(?:\{(?P<braced>[*#$@!?0-9-]|[A-Za-z_0-9]*)\}"
    r"|(?P<special>[*#$@!?0-9-])"
    r"|(?P<plain>[A-Za-z_][A-Za-z_0-9]*)"
    r"|(?P<broken>\{[^}]*\}?))"
)


def instance_name(application: Manifest, argocd_namespace: str) -> str:
    """Return the name by which the repo server knows an Application.

    `namespace_name` for one outside Argo CD's own namespace.
    """
    namespace = application.ref.namespace
    if namespace in ("", argocd_namespace):
        return application.ref.name
    return f"{namespace}_{application.ref.name}"


def build_environment(
    name: str,
    application: Manifest,
    source: Mapping[str, object],
    revision: Revision,
) -> Mapping[str, str]:
    """Return the build environment of one source.

    `name` is the instance name. The revision is the commit, or the chart's version.
    """
    # Argo CD: reposerver/repository/repository.go, newEnv
    commit = revision.commit
    return {
        "ARGOCD_APP_NAME": name,
        "ARGOCD_APP_NAMESPACE": application.text("spec", "destination", "namespace"),
        "ARGOCD_APP_PROJECT_NAME": application.text("spec", "project") or "default",
        "ARGOCD_APP_REVISION": commit,
        "ARGOCD_APP_REVISION_SHORT": commit[:7],
        "ARGOCD_APP_REVISION_SHORT_8": commit[:8],
        "ARGOCD_APP_SOURCE_REPO_URL": str(source.get("repoURL") or ""),
        "ARGOCD_APP_SOURCE_PATH": str(source.get("path") or ""),
        "ARGOCD_APP_SOURCE_TARGET_REVISION": str(source.get("targetRevision") or ""),
    }


def substitute(text: str, environment: Mapping[str, str]) -> str:
    """Replace `$NAME` and `${NAME}`; `$$` is a dollar, an unknown name is nothing."""

    def value(match: re.Match[str]) -> str:
        if match["broken"] is not None:
            return ""
        name = match["braced"] or match["special"] or match["plain"] or ""
        return "$" if name == "$" else environment.get(name, "")

    return _VARIABLE.sub(value, text) if "$" in text else text
