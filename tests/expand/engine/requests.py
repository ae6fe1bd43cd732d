"""Requests made of the rows of a table."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from baro.expand.charts.chartfiles import pack
from baro.expand.ports import ChartArchive, RenderRequest

METADATA = "{apiVersion: v2, name: c, version: 1.0.0}"


def chart(files: Mapping[str, str]) -> ChartArchive:
    """Return a chart named `c` of these files."""
    whole = {"Chart.yaml": METADATA, **files}
    content = pack("c", {path: text.encode() for path, text in whole.items()})
    return ChartArchive(
        digest=sha256(content).hexdigest(),
        content=content,
        has_dependencies=any(path.startswith("charts/") for path in whole)
        or "dependencies" in whole["Chart.yaml"],
    )


def requested(case: Mapping[str, Any]) -> RenderRequest:
    """Return the request of a case; what it does not say is ordinary."""
    return RenderRequest(
        chart=chart(case.get("files", {})),
        values=json.dumps(case.get("values", {})),
        release=case.get("release", "r"),
        namespace="ns",
        kube_version=case.get("kubeVersion", "v1.29.0"),
        api_versions=tuple(case.get("apiVersions", ())),
        skip_schema=case.get("skipSchema", False),
    )
