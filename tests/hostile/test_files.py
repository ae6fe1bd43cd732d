"""Files that nobody should have written."""

import json
import os
from pathlib import Path

import pytest

from tests.hostile.attack import CONFIG_MAP, HERE, application, baro, gaps, write

_HEAD = "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
_LAUGHS = "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{','.join([f'*{chr(97 + i)}'] * 9)}]\n"
    for i in range(12)
)
BROKEN: dict[str, tuple[str | bytes, str]] = {
    "unclosed": (f"{_HEAD}metadata: {{name: x\n", "did not find expected"),
    "indented": (f"{_HEAD}metadata:\n  name: a\n spec: {{}}\n", ":5"),
    "tab": (f"{_HEAD}metadata:\n\tname: a\n", ":4"),
    "null": (f'{_HEAD}metadata: {{name: "a\0b"}}\n', "#x0000 is not allowed"),
    "utf16": (f"{_HEAD}metadata: {{name: a}}\n".encode("utf-16"), "UTF-16"),
    "latin": (f"{_HEAD}metadata: {{name: caf".encode() + b"\xe9}\n", "not UTF-8"),
    "alias": (f"{_HEAD}metadata: *nope\n", "undefined alias"),
    "itself": (f"{_HEAD}metadata: &a {{name: *a}}\n", "contains itself"),
    "laughs": (f"{_HEAD}metadata:\na: &a [x,x,x]\n{_LAUGHS}", "excessive aliasing"),
    "deep": (f"{_HEAD}metadata: {'[' * 100_000}\n", "nested deeper than 200 levels"),
    "blocks": (f"{_HEAD}metadata:\n{'- ' * 50_000}\n", "nested deeper"),
    "helm": (f"{_HEAD}metadata:\n  name: {{{{ .Values.x }}}}\n", "a template"),
    "line": ('{"apiVersion": "v1", "kind": "Secret", "metadata": {"a": [}', ":1"),
}


def test_every_broken_file_is_a_gap_with_its_reason(tmp_path: Path) -> None:
    """What is wrong, and where; the others are read all the same."""
    write(tmp_path, {f"{name}.yaml": text for name, (text, _) in BROKEN.items()})
    write(tmp_path, {"good.yaml": application("good", path="x")})
    found = gaps(tmp_path)

    for name, (_, reason) in BROKEN.items():
        assert reason in found[f"{name}.yaml"], name


def test_what_is_no_file_is_a_gap(tmp_path: Path) -> None:
    """Pipes, dangling and circular symlinks, symlinks out of the repository."""
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "folder.yaml").mkdir()
    for name, target in (
        ("dangling.yaml", "nowhere"),
        ("ring.yaml", "ring.yaml"),
        ("out.yaml", "/etc/passwd"),
        ("up.yaml", "../../../../../etc/passwd"),
    ):
        (tmp_path / name).symlink_to(target)
    found = gaps(tmp_path)

    assert "not a regular file" in found["pipe.yaml"]
    for name in ("dangling.yaml", "ring.yaml", "out.yaml", "up.yaml"):
        assert "leads nowhere" in found[name]


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    """200 MB, of which nothing is looked at, and the reason."""
    with (tmp_path / "huge.yaml").open("wb") as file:
        file.write(_HEAD.encode() + b"metadata: {name: a}\n#")
        file.truncate(200_000_000)

    assert "larger than 16 MiB" in gaps(tmp_path)["huge.yaml"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("check", "--format", "json"),
        ("check", "--format", "sarif"),
        ("check", "--format", "junit"),
        ("check", "--format", "gitlab"),
        ("check", "--format", "markdown"),
        ("render",),
        ("tree", "--objects"),
        ("routes",),
        ("init", "--print", "."),
    ],
    ids=" ".join,
)
def test_no_form_prints_what_a_terminal_obeys_or_a_password(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """Escapes, overrides of direction and bytes in names; users of URLs."""
    name = "\x1b[31mred\x1b]0;t\x07\u202eevil\u2066"
    secret = "https://u:s3cr3t@git.example/other"  # noqa: S105 - made up
    write(tmp_path, {"apps/a.yaml": application(name, path=name, repoURL=secret)})
    write(tmp_path, {"apps/b.yaml": application("b", chart="c", repoURL=secret)})
    text = f"{_HEAD}metadata: {{name: n}}\nspec: {{source: {{repoURL: {secret}}}}}\n"
    write(tmp_path, {"apps/c.yaml": text, "cm.yaml": CONFIG_MAP})
    bytes_ = os.fsencode(tmp_path) + b"/apps/\xff\n\x1b.yaml"
    Path(os.fsdecode(bytes_)).write_text(application("d", path="x"), encoding="utf-8")
    external = json.dumps(
        {
            "apiVersion": "external-secrets.io/v1",
            "kind": "ExternalSecret",
            "metadata": {"name": "e\0\nclusters: x"},
            "spec": {
                "target": {
                    "template": {
                        "metadata": {
                            "labels": {"argocd.argoproj.io/secret-type": "cluster"}
                        }
                    }
                },
                "data": [{"secretKey": "a", "remoteRef": {"key": "k\x1b"}}],
            },
        }
    )
    write(tmp_path, {"apps/e.yaml": external})
    ran = baro(tmp_path, *arguments)

    assert arguments[0] != "init" or "\nclusters: x" not in ran.out
    assert "s3cr3t" not in ran.out + ran.err


def test_many_documents_in_one_file_take_no_square(tmp_path: Path) -> None:
    """3,000 Applications in one file are located in seconds."""
    lines = [application(f"a{i}", path="x") for i in range(3_000)]
    write(tmp_path, {"baro.yaml": HERE, "apps.yaml": "---\n".join(lines)})
    ran = baro(tmp_path, "render", "--format", "json")

    assert len(json.loads(ran.out)["objects"]) == 3_000
