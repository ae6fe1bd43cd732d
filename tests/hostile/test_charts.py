"""Charts that do not end, or reach for what is not theirs."""

import gzip
import json
import socket
import tarfile
from pathlib import Path

from tests.hostile.attack import (
    CHART,
    CONFIG_MAP,
    HERE,
    application,
    archive,
    baro,
    chart,
    gaps,
    write,
)

_LOCK = "dependencies: [{name: sub, version: 1.0.0, repository: https://c.example}]\n"
_SUB = ("sub/Chart.yaml", CHART.replace("name: c", "name: sub").encode())
_FILE, _SYM, _HARD = tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE


def test_a_chart_that_takes_the_engine_down_is_lost_alone(tmp_path: Path) -> None:
    """Without end, or of 500 MB: a Gap each; the others are rendered."""
    write(tmp_path, {"baro.yaml": HERE, **chart("good", CONFIG_MAP)})
    for name, template in {
        "never": "{{ range until 1000000000 }}{{ end }}",
        "prints": CONFIG_MAP + '{{ repeat 500000000 "x" }}',
    }.items():
        write(tmp_path, chart(name, template))
    answer = json.loads(baro(tmp_path, "render", "--format", "json").out)

    lost = {gap["subject"] for gap in answer["gaps"]}
    assert {f"source argocd/{n}" for n in ("never", "prints")} <= lost
    owners = {o["application"] for o in answer["objects"] if o["application"]}
    assert "argocd/good" in owners


def test_no_archive_reaches_out_of_itself(tmp_path: Path) -> None:
    """Paths, links, bombs and garbage: said of each, and nothing written."""
    for name, content in {
        "up": archive((*_SUB, _FILE, ""), ("sub/../../../x", b"x", _FILE, "")),
        "abs": archive((*_SUB, _FILE, ""), ("sub//etc/x", b"x", _FILE, "")),
        "sym": archive((*_SUB, _FILE, ""), ("sub/a", b"", _SYM, "/etc/passwd")),
        "hard": archive((*_SUB, _FILE, ""), ("sub/a", b"", _HARD, "/etc/passwd")),
        "deep": archive((*_SUB, _FILE, ""), ("sub/" + "a/" * 3000, b"", _FILE, "")),
        "bomb": gzip.compress(b"\0" * 200_000_000, 1),
        "garbage": b"no archive",
        "empty": b"",
    }.items():
        files: dict[str, str | bytes] = {
            "Chart.yaml": CHART + _LOCK,
            "charts/sub-1.0.0.tgz": content,
        }
        write(tmp_path, {f"apps/{name}.yaml": application(name, path=name)})
        write(tmp_path, {f"{name}/{path}": body for path, body in files.items()})
    write(tmp_path, {"baro.yaml": HERE})
    ran = baro(tmp_path, "check", "--format", "json")
    found = {
        finding["application"]: finding["message"]
        for finding in json.loads(ran.out)["findings"]
    }

    assert "parent directory" in found["argocd/up"]
    assert "larger than the maximum size" in found["argocd/bomb"]
    assert {"argocd/garbage", "argocd/empty"} <= set(found)
    assert "root:x:" not in ran.out


def test_a_schema_fetches_nothing_and_reads_no_file(tmp_path: Path) -> None:
    """A reference that leaves the schema is a Gap; nobody is asked for it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        here = f"http://127.0.0.1:{server.getsockname()[1]}/s.json"
        for name, schema in {
            "remote": f'{{"$ref": "{here}"}}',
            "escaped": f'{{"\\u0024ref": "{here}"}}',
            "trusting": f'{{"default": {{"$id": "{here}"}}, "$ref": "{here}"}}',
            "based": f'{{"$id": "{here}", "$ref": "other.json"}}',
            "file": '{"$ref": "file:///etc/passwd"}',
            "up": '{"allOf": [{"$ref": "../../../etc/passwd"}]}',
            "deep": '{"not":' * 3000 + f'{{"$ref": "{here}"}}' + "}" * 3000,
        }.items():
            files = {"values.schema.json": schema}
            write(tmp_path, chart(name, CONFIG_MAP, **files))
        own = '{"$id": "https://x.example/s", "$ref": "https://x.example/s#/$defs/a"'
        fine = own + ', "$defs": {"a": {"type": "object"}}}'
        write(tmp_path, chart("own", CONFIG_MAP, **{"values.schema.json": fine}))
        write(tmp_path, {"baro.yaml": HERE})
        found = gaps(tmp_path)
        try:
            asked = server.accept()
        except TimeoutError:
            asked = None

    assert asked is None
    names = ("remote", "escaped", "trusting", "based", "file", "up", "deep")
    assert {f"values of argocd/{name}" for name in names} <= set(found)
    assert "values of argocd/own" not in found


def test_value_files_stay_in_the_repository(tmp_path: Path) -> None:
    """Up, absolute, by symlink, by URL: nothing of another file is shown."""
    template = CONFIG_MAP + "data: {{ toJson .Values }}\n"
    write(tmp_path, {"baro.yaml": HERE, **chart("c", template)})
    for number, entry in enumerate(
        ("../../../../../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "a\0b")
    ):
        helm = {"valueFiles": [entry]}
        name = f"n{number}"
        write(tmp_path, {f"apps/{name}.yaml": application(name, path="c", helm=helm)})
    file = {"fileParameters": [{"name": "a", "path": "../../../../../etc/passwd"}]}
    write(tmp_path, {"apps/p.yaml": application("p", path="c", helm=file)})
    for arguments in (("check",), ("render",)):
        ran = baro(tmp_path, *arguments)
        assert "root:x:" not in ran.out + ran.err
