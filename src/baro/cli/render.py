"""`baro render`."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from baro.cli import options
from baro.cli.named import application_named
from baro.cli.output import tell, tell_gaps, write
from baro.cli.state import target_state
from baro.model.finding import Gap
from baro.model.manifest import Manifest
from baro.model.origin import Link
from baro.report.json_v1 import encode, gap_v1, location_v1
from baro.report.plaintext import harmful, one_line


@click.command("render", short_help="Print what Argo CD would apply.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@options.platform_flags
@click.option("--app", default="", metavar="NAME", help="Only what this one renders.")
@click.option("--cluster", default="", metavar="NAME", help="Only for this cluster.")
@click.option("--kind", multiple=True, metavar="KIND", help="Only these kinds.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["yaml", "json"]),
    default="yaml",
    help="Form of the answer.",
)
@options.output_file
def command(paths: tuple[Path, ...], **given: Any) -> int:
    """Print every object of the target state, as Argo CD would apply it.

    Applications and ApplicationSets are objects, too. Secrets are redacted.
    """
    flags = options.flags(paths, given)
    with target_state(flags, account=False) as target:
        snapshot = target.snapshot
        manifests: Sequence[Manifest] = snapshot.manifests
        gaps: Sequence[Gap] = snapshot.gaps
        if given["app"]:
            ref = application_named(snapshot, given["app"])
            manifests = snapshot.of_application(ref)
            gaps = [g for g in gaps if g.ref is None or g.ref == ref]
    kinds = {kind.casefold() for kind in given["kind"]}
    shown = [
        manifest
        for manifest in manifests
        if (not kinds or manifest.kind.casefold() in kinds)
        and (not given["cluster"] or manifest.cluster == given["cluster"])
    ]
    if manifests and not shown:
        tell(_nothing(manifests, given["kind"], given["cluster"]))
    form = _json if given["form"] == "json" else _yaml
    write(form(shown, gaps), given["output_file"])
    if given["form"] == "yaml":
        tell_gaps(gaps)
    return 0


def _nothing(manifests: Sequence[Manifest], kinds: Sequence[str], cluster: str) -> str:
    """Return why a filter leaves nothing, and what it could have left."""
    where = f" for cluster {cluster}" if cluster else ""
    there = sorted({m.kind for m in manifests if cluster in ("", m.cluster)})
    if not there:
        clusters = sorted({manifest.cluster for manifest in manifests})
        return f"nothing is{where}; clusters: {', '.join(clusters)}"
    return f"no {' or '.join(kinds)} is here{where}; kinds: {', '.join(there)}"


def _yaml(manifests: Sequence[Manifest], gaps: Sequence[Gap]) -> str:
    del gaps  # stdout is the objects alone; gaps go to stderr
    import yaml  # noqa: PLC0415 - only this form needs it

    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

    def dumped(body: Any, *, readable: bool) -> str:
        text: str = yaml.dump(
            body, Dumper=dumper, sort_keys=False, allow_unicode=readable, width=1000
        )
        return text

    parts = []
    for manifest in manifests:
        body = plain(manifest.body)
        text = dumped(body, readable=True)
        if harmful(text):
            text = dumped(body, readable=False)
        parts.append(f"---\n# {one_line(' <- '.join(_steps(manifest)))}\n{text}")
    return "".join(parts)


def _steps(manifest: Manifest) -> Iterator[str]:
    for link in manifest.origin.chain():
        place = str(link.location) if link.location else ""
        name = str(link.subject) if link.subject else ""
        yield " ".join(part for part in (place, name and f"({name})") if part)


def _json(manifests: Sequence[Manifest], gaps: Sequence[Gap]) -> str:
    return encode(
        {
            "schema": "baro/v1",
            "command": "render",
            "objects": [
                {
                    "cluster": manifest.cluster,
                    "application": (
                        manifest.application.path if manifest.application else None
                    ),
                    "object": plain(manifest.body),
                    "origin": [_link(link) for link in manifest.origin.chain()],
                }
                for manifest in manifests
            ],
            "gaps": [gap_v1(gap) for gap in gaps],
        }
    )


def _link(link: Link) -> dict[str, Any]:
    return {
        "what": link.what,
        "subject": str(link.subject) if link.subject else None,
        "path": link.path,
        "value": link.value or None,
        **location_v1(link.location),
    }


def plain(value: Any) -> Any:
    """Return a body as plain dicts and lists, as writers want them."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value
