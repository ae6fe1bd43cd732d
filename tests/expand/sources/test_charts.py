"""Charts out of folders and archives, hostile ones included."""

import gzip
import io
import random
import tarfile
import tracemalloc

import pytest

from baro.expand.charts.chart import ChartPlace, archive, read_chart
from baro.expand.charts.chartfiles import (
    LARGEST_CHART,
    LARGEST_FILE,
    MOST_FILES,
    ChartFilesError,
    archive_files,
    folder_files,
    pack,
)
from baro.expand.charts.chartread import opened
from baro.expand.charts.chartstore import ChartStore, Shelf, pick
from baro.expand.charts.helmignore import IgnoreRules
from baro.expand.engine.native import NativeEngine
from baro.expand.stop import StoppedError
from baro.model.expansion import Failure
from tests.expand.sources.cases import PLATFORM, Case, told
from tests.expand.sources.cases import render as render_case
from tests.fakes import tree_of

CHART = b"{apiVersion: v2, name: web, version: 1.0.0}"


def tgz(*members: tuple[str, bytes], kind: bytes = tarfile.REGTYPE) -> bytes:
    """Return an archive of members."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content) if kind == tarfile.REGTYPE else 0
            member.type = kind
            member.linkname = "/etc/passwd"
            tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("web/../../x", "chart illegally references parent directory"),
        ("web//etc/passwd", "chart illegally contains absolute paths"),
        ("web", "chart illegally contains content outside the base directory"),
        ("web/c:/x", "chart contains illegally named files"),
        ("Chart.yaml/x", "chart yaml not in base directory"),
        (r"web\..\..\x", "chart illegally references parent directory"),
    ],
)
def test_path_out_of_an_archive_is_refused(name: str, message: str) -> None:
    """No member leaves the chart's folder; the words are Helm's."""
    with pytest.raises(ChartFilesError, match=message):
        archive_files(tgz((name, b"x")))


def test_link_in_an_archive_is_an_empty_file() -> None:
    """Links are not followed, wherever they point."""
    found = archive_files(tgz(("web/link", b""), kind=tarfile.SYMTYPE))
    assert found == {"link": b""}


def test_large_file_in_an_archive_is_refused() -> None:
    """Helm takes no file above 5 MiB."""
    with pytest.raises(ChartFilesError, match="larger than the maximum file size"):
        archive_files(tgz(("web/x", b"\0" * (LARGEST_FILE + 1))))


def test_bomb_is_refused_before_it_is_unpacked() -> None:
    """An archive that unpacks to more than Helm takes is not unpacked."""
    bomb = gzip.compress(b"\0" * (LARGEST_CHART + 32 * 1024 * 1024), compresslevel=1)
    with pytest.raises(ChartFilesError, match="larger than the maximum size"):
        archive_files(bomb)


def test_a_small_archive_takes_little_memory() -> None:
    """It may be read where there is no room for the largest one."""
    packed = pack("c", {"Chart.yaml": CHART})
    tracemalloc.start()
    archive_files(packed)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8 * 1024 * 1024


def test_archive_with_too_many_files_is_refused() -> None:
    """A bound of our own, said to be ours."""
    files = {f"f{n}": b"" for n in range(MOST_FILES + 1)}
    with pytest.raises(ChartFilesError) as refusal:
        archive_files(pack("web", files))
    assert refusal.value.ours


@pytest.mark.parametrize(
    "content",
    [b"", b"no archive", tgz(), gzip.compress(b"no tar at all" * 100)],
)
def test_rubbish_is_no_archive(content: bytes) -> None:
    """What is no archive is refused, whatever it is."""
    with pytest.raises(ChartFilesError):
        archive_files(content)


def test_torn_archive_is_refused_or_read() -> None:
    """A byte more or less never makes anything but a refusal."""
    whole = tgz(("web/Chart.yaml", CHART), ("web/templates/a.yaml", b"a: 1" * 500))
    chance = random.Random(7)  # noqa: S311 - reproducible damage
    for _ in range(300):
        torn = bytearray(whole[: chance.randrange(len(whole))])
        if torn:
            torn[chance.randrange(len(torn))] ^= chance.randrange(256)
        try:
            archive_files(bytes(torn))
        except ChartFilesError:
            continue


def test_archive_is_a_gap_or_a_failure_with_its_name() -> None:
    """Whoever opens a bad archive learns which one."""
    with pytest.raises(StoppedError) as refusal:
        opened(b"rubbish", "vendor/web-1.0.0.tgz", ChartPlace(""))
    cause = refusal.value.cause
    assert isinstance(cause, Failure)
    assert cause.fields == {"chart": "vendor/web-1.0.0.tgz"}


def test_equal_charts_make_equal_archives() -> None:
    """The digest is that of the files; time and order do not count."""
    files = {"Chart.yaml": CHART, "templates/a.yaml": b"a: 1"}
    one = archive(read_chart(files, ChartPlace("one/")))
    other = archive(read_chart(dict(reversed(files.items())), ChartPlace("other/")))
    assert one == other
    assert archive_files(one.content) == files
    changed = {**files, "templates/a.yaml": b"a: 2"}
    assert archive(read_chart(changed, ChartPlace(""))).digest != one.digest


def test_sub_charts_are_read_from_folders_and_archives() -> None:
    """Their templates are the chart's, below `charts/`."""
    inner = pack("db", {"Chart.yaml": CHART.replace(b"web", b"db"), "templates/a": b""})
    chart = read_chart(
        {
            "Chart.yaml": CHART,
            "charts/db-1.0.0.tgz": inner,
            "charts/cache/Chart.yaml": CHART.replace(b"web", b"cache"),
            "charts/cache/templates/b": b"",
            "charts/_ignored/Chart.yaml": b"",
            "charts/.ignored/Chart.yaml": b"",
            "charts/README.md": b"",
        },
        ChartPlace("at/"),
    )
    assert {p: t.file for p, t in chart.content.templates.items()} == {
        "charts/db/templates/a": "at/charts/db-1.0.0.tgz!/templates/a",
        "charts/cache/templates/b": "at/charts/cache/templates/b",
    }
    assert set(chart.content.subcharts) == {"db", "cache"}


def test_charts_in_charts_without_end_are_refused() -> None:
    """Archives in archives are bounded."""
    files = {"Chart.yaml": CHART}
    for _ in range(20):
        files = {"Chart.yaml": CHART, "charts/web-1.0.0.tgz": pack("web", files)}
    with pytest.raises(ChartFilesError, match="charts in charts"):
        read_chart(files, ChartPlace(""))


def test_large_file_in_a_folder_is_refused() -> None:
    """The text is Helm's."""
    tree = tree_of({"chart/Chart.yaml": CHART, "chart/x": b"\0" * (LARGEST_FILE + 1)})
    with pytest.raises(ChartFilesError, match='chart file "x" is larger than the maxi'):
        folder_files(tree, "chart")


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        ("", ["a.txt", "b/a.txt", "b/c/d.md", "templates/x.yaml"]),
        ("a.txt", ["b/c/d.md", "templates/x.yaml"]),
        ("/a.txt", ["b/a.txt", "b/c/d.md", "templates/x.yaml"]),
        ("b/", ["a.txt", "templates/x.yaml"]),
        ("b/*.txt", ["a.txt", "b/c/d.md", "templates/x.yaml"]),
        ("# a.txt\n\n  *.md  ", ["a.txt", "b/a.txt", "templates/x.yaml"]),
        ("!*.txt", ["a.txt", "b/a.txt"]),
        ("[ab].txt", ["b/c/d.md", "templates/x.yaml"]),
    ],
)
def test_helmignore(lines: str, kept: list[str]) -> None:
    """Rules mean what they mean to Helm, the odd negation included."""
    paths = ["a.txt", "b/a.txt", "b/c/d.md", "templates/.y.yaml", "templates/x.yaml"]
    rules = IgnoreRules.of(lines)
    if lines.startswith("!"):
        # Whatever a negated rule does not match is ignored, folders included.
        assert [p for p in paths if not rules.ignores(p)] == kept
    else:
        assert list(rules.kept(paths)) == kept


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("1.0.0", "1.0.0"),
        ("v1.0.0", "1.0.0"),
        ("1.2", "v1.2.0"),
        ("1.x", "v1.2.0"),
        ("^1.0.0", "v1.2.0"),
        ("", "v1.2.0"),
        ("*", "v1.2.0"),
        (">=2.0.0-0", "2.0.0-rc.1"),
        ("2.0.0", None),
        (">3", None),
        ("main", None),
    ],
)
def test_version_that_is_picked(wanted: str, found: str | None) -> None:
    """As Argo CD picks a version of a chart."""
    assert pick(wanted, ["1.0.0", "v1.2.0", "2.0.0-rc.1"]) == found


def test_store_takes_folders_archives_and_says_what_it_cannot_use() -> None:
    """A shelf holds charts at its root, below it, and as archives."""
    packed = pack("web", {"Chart.yaml": CHART, "templates/a.yaml": b""})
    shelf = Shelf(
        tree_of(
            {
                "store/one/Chart.yaml": "{name: one, version: 1.0.0}",
                "store/one/charts/two/Chart.yaml": "{name: two, version: 1.0.0}",
                "store/web-1.0.0.tgz": packed,
                "store/odd.tgz": packed,
                "store/bad/Chart.yaml": "a: b: c",
                "store/rubbish.tgz": b"rubbish",
            }
        ),
        "store",
    )
    store = ChartStore([shelf])
    assert store.find("any", "web", "1.0.0").chart.place.label.startswith("store/")
    assert store.find("any", "one", "").version == "1.0.0"
    with pytest.raises(StoppedError):
        store.find("any", "two", "")
    assert sorted(gap.subject for gap in store.gaps) == [
        "store/bad/Chart.yaml",
        "store/rubbish.tgz",
    ]


@pytest.mark.parametrize(
    "template",
    [
        '{{ tpl .Values.t (dict "Values" .Values "Template" .Template) }}',
        "{{ range until 500000000 }}x{{ end }}",
    ],
    ids=["calls itself", "counts for ever"],
)
def test_chart_that_never_ends_is_a_gap_or_a_failure(template: str) -> None:
    """The process lives on, and says which source it was."""
    case = Case(
        name="endless",
        expect={},
        files={
            "chart/Chart.yaml": CHART.decode(),
            "chart/values.yaml": f"t: '{template.replace(chr(39), chr(34))}'",
            "chart/templates/a.yaml": template,
        },
        spec={"source": {"repoURL": PLATFORM, "path": "chart"}},
    )
    with NativeEngine(jobs=1, timeout=2) as engine:
        found = told(render_case(case, engine), case)
    assert found["objects"] == []
    assert found["failure"] or found["gaps"]
