"""`baro tree`."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from baro.cli import options
from baro.cli.output import coloured, write
from baro.cli.state import target_state
from baro.model.manifest import Manifest
from baro.model.ref import ObjectRef
from baro.model.snapshot import Snapshot
from baro.report.json_v1 import encode, gap_v1, subject_v1
from baro.report.plaintext import one_line


@click.command(
    "tree", short_help="Show ApplicationSets, Applications and their objects."
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@options.platform_flags
@click.option("--objects", is_flag=True, help="Name every object, not only count.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["terminal", "json"]),
    default="terminal",
    help="Form of the answer.",
)
@options.output_file
@options.colour
def command(paths: tuple[Path, ...], **given: Any) -> int:
    """Show who generates and renders what, from the roots down."""
    flags = options.flags(paths, given)
    with target_state(flags, account=False) as target:
        snapshot = target.snapshot
    if given["form"] == "json":
        write(_json(snapshot), given["output_file"])
        return 0
    colour = coloured(given["colour"], given["output_file"])
    write(_text(snapshot, colour=colour, every=given["objects"]), given["output_file"])
    return 0


class _Node:
    """One line of the tree, and what is below it."""

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest
        self.children: list[_Node] = []


_BRANCHES = frozenset({"Application", "ApplicationSet"})


def _forest(snapshot: Snapshot) -> list[_Node]:
    """Return the roots: objects that nothing in the snapshot produces."""
    nodes = [_Node(manifest) for manifest in snapshot.manifests]
    by_ref: dict[ObjectRef, _Node] = {}
    for node in nodes:
        by_ref.setdefault(node.manifest.ref, node)
    roots = []
    for node in nodes:
        owner = node.manifest.origin.owner
        parent = by_ref.get(owner.ref) if owner is not None else None
        if parent is None or parent is node:
            roots.append(node)
        else:
            parent.children.append(node)
    return roots


def _text(snapshot: Snapshot, *, colour: bool, every: bool) -> str:
    from rich.console import Console  # noqa: PLC0415 - only this form draws
    from rich.tree import Tree  # noqa: PLC0415 - likewise

    console = Console(
        force_terminal=colour, no_color=not colour, width=160, highlight=False
    )
    with console.capture() as capture:
        for root in _sorted(_forest(snapshot)):
            if root.manifest.kind in _BRANCHES or every:
                tree = Tree(_label(root), guide_style="dim")
                _grow(tree, root, every=every, above=(root.manifest.ref,))
                console.print(tree, soft_wrap=True)
        for gap in snapshot.gaps:
            line = one_line(f"gap: {gap.subject}: {gap.reason}")
            console.print(line, markup=False, soft_wrap=True)
    return capture.get()


def _grow(tree: Any, node: _Node, *, every: bool, above: Sequence[ObjectRef]) -> None:
    leaves = [c for c in node.children if c.manifest.kind not in _BRANCHES]
    for child in _sorted(node.children):
        if child.manifest.kind in _BRANCHES:
            branch = tree.add(_label(child))
            if child.manifest.ref in above:
                branch.add("…")
            else:
                _grow(branch, child, every=every, above=(*above, child.manifest.ref))
    if every:
        for child in _sorted(leaves):
            tree.add(_label(child))
    elif leaves:
        tree.add(_counted(leaves))


def _sorted(nodes: Sequence[_Node]) -> list[_Node]:
    return sorted(nodes, key=lambda node: node.manifest.ref)


def _label(node: _Node) -> Any:
    from rich.text import Text  # noqa: PLC0415 - only this form draws

    manifest = node.manifest
    bold = "bold" if manifest.kind in _BRANCHES else ""
    name = one_line(manifest.ref.path)
    text = Text.assemble((f"{one_line(manifest.kind)} ", "dim"), (name, bold))
    if manifest.kind == "Application":
        text.append(f"  {one_line(_destination(manifest))}", "cyan")
    return text


def _destination(manifest: Manifest) -> str:
    destination = manifest.mapping("spec", "destination")
    where = destination.get("name") or destination.get("server") or "?"
    return f"-> {where}/{destination.get('namespace', '')}"


def _counted(nodes: Sequence[_Node]) -> str:
    kinds = Counter(node.manifest.kind for node in nodes)
    return ", ".join(
        one_line(f"{count} {kind}" if count > 1 else kind)
        for kind, count in sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    )


def _json(snapshot: Snapshot) -> str:
    def form(node: _Node, above: tuple[ObjectRef, ...]) -> dict[str, Any]:
        ref = node.manifest.ref
        return {
            "object": subject_v1(ref),
            "children": (
                []
                if ref in above
                else [form(child, (*above, ref)) for child in _sorted(node.children)]
            ),
        }

    return encode(
        {
            "schema": "baro/v1",
            "command": "tree",
            "roots": [form(root, ()) for root in _sorted(_forest(snapshot))],
            "gaps": [gap_v1(gap) for gap in snapshot.gaps],
        }
    )
