"""Helm charts, packaged into the lab's HTTP repository or its OCI registry."""

import hashlib
from pathlib import Path

from lab.binaries import named
from lab.commands import run
from lab.location import Site


def shelf(url: str) -> str:
    """Return the folder, below all charts, of the repository at a foreign address."""
    return hashlib.sha256(url.encode()).hexdigest()[:10] if url else ""


def publish(site: Site, folder: Path, shelf: str, address: str) -> Path:
    """Package a chart folder, index the repository; return the package."""
    repository = site.folder(str(Path("charts") / shelf))
    helm = named("helm").path
    environment = site.environment()
    said = run(
        *(helm, "package", folder, "--destination", repository),
        environment=environment,
    )
    package = Path(said.strip().rsplit(": ", 1)[-1])
    run(helm, "repo", "index", repository, "--url", address, environment=environment)
    return package


def push(site: Site, package: Path, project: str) -> str:
    """Push a package into the OCI registry; return its repository's address."""
    address = f"127.0.0.1:{site.port('registry')}/{project}"
    run(
        *(named("helm").path, "push", package, f"oci://{address}", "--plain-http"),
        environment=site.environment(),
    )
    return address
