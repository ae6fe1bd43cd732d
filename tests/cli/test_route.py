"""`baro route`, `routes` and `verify`, as a user runs them."""

import json
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.cli.conftest import Baro

ROOT = Path(__file__).parents[2]
PATH = "examples/platform-path"
API = "https://platform.example/kr/api/catalog/entities?limit=1"


@pytest.fixture(autouse=True)
def _from_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


INGRESS = """apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, namespace: shop}
spec:
  ingressClassName: nginx
  tls: [{hosts: [shop.example], secretName: tls}]
  rules:
    - host: shop.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: shop, port: {number: 80}}}
---
{apiVersion: v1, kind: Service, metadata: {name: shop, namespace: shop},
 spec: {ports: [{port: 80}]}}
---
{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: nginx},
 spec: {controller: k8s.io/ingress-nginx}}
"""


TLS_ROUTE = """---
apiVersion: gateway.networking.k8s.io/v1
kind: TLSRoute
metadata: {name: raw, namespace: shop}
spec: {hostnames: [raw.example]}
"""


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    """Return a file of plain objects: one Ingress, its Service, its class."""
    file = tmp_path / "objects.yaml"
    file.write_text(INGRESS, encoding="utf-8")
    return file


def test_route_says_who_answers_with_which_path_and_who_lost(baro: Baro) -> None:
    """The answer, the chain, the losers, in the JSON form."""
    answer = json.loads(baro("route", API, PATH, "--format", "json").out)
    (first,) = answer["answers"]

    assert (answer["schema"], answer["command"]) == ("baro/v1", "route")
    assert answer["configError"] is None
    assert first["status"] == 200
    assert first["outcome"] == "backend"
    assert first["ingress"] == "backstage-kr/backstage"
    assert first["service"] == "backstage-kr/backstage"
    assert first["upstreamPath"] == "/api/catalog/entities?limit=1"
    assert first["application"] == "argocd/backstage-kr-hub"
    assert first["controller"] == {"name": "ingress-nginx", "version": "1.15.1"}
    assert first["certainty"] == "certain"
    assert first["why"]
    assert [loser["ingress"] for loser in first["losers"]] == ["backstage/backstage"]


@pytest.mark.parametrize(
    ("incident", "url", "says"),
    [
        ("wrong-instance", "https://platform.example/kr/", "Service backstage/backst"),
        ("not-found", "https://platform.example/kr", "404"),
        (
            "missing-scripts",
            "https://platform.example/static/main.js",
            "Service backstage/backstage",
        ),
    ],
)
def test_route_tells_the_stories_of_the_record(
    baro: Baro, incident: str, url: str, says: str
) -> None:
    """Wrong instance, 404, missing scripts: in English and in Korean."""
    english = baro("route", url, f"examples/incidents/{incident}")
    korean = baro("route", url, f"examples/incidents/{incident}", "--lang", "ko")

    assert english.code == 0
    assert says in english.out
    assert any("가" <= sign <= "힣" for sign in korean.out)


def test_route_follows_redirects_and_shows_each_hop(baro: Baro, dump: Path) -> None:
    """http, then https: the first answer redirects, the hop is served."""
    text = baro("route", "http://shop.example/a", "--manifests", dump).out
    ran = baro("route", "http://shop.example/a", "--manifests", dump, "--format=json")
    (first,) = json.loads(ran.out)["answers"]

    assert (first["outcome"], first["status"]) == ("redirect", 308)
    assert first["location"] == "https://shop.example/a"
    assert [hop["outcome"] for hop in first["hops"]] == ["backend"]
    assert text.count("shop.example/a") >= 3


def test_route_asks_as_an_older_controller(baro: Baro, dump: Path) -> None:
    """--controller names the release whose behaviour is used."""
    ran = baro(
        *("route", "https://shop.example/", "--manifests", dump),
        *("--controller", "ingress-nginx@1.8.0", "--format", "json"),
    )

    assert json.loads(ran.out)["answers"][0]["controller"]["version"] == "1.8.0"


def test_a_service_without_endpoints_is_503(baro: Baro, dump: Path) -> None:
    """--no-endpoints says what the objects do not."""
    ran = baro(
        *("route", "https://shop.example/", "--manifests", dump),
        *("--no-endpoints", "shop/shop", "--format", "json"),
    )
    (first,) = json.loads(ran.out)["answers"]

    assert (first["outcome"], first["status"]) == ("no-endpoints", 503)


def test_urls_come_from_a_file_and_without_a_scheme(
    baro: Baro, dump: Path, tmp_path: Path
) -> None:
    """One URL a line, remarks passed over; --scheme fills in or replaces."""
    urls = tmp_path / "urls.txt"
    urls.write_text("# ours\nshop.example/a\n\nhttp://shop.example/b # old\n")
    ran = baro(
        *("route", "--from-file", urls, "--manifests", dump),
        *("--scheme", "https", "--format", "json"),
    )

    asked = [answer["url"] for answer in json.loads(ran.out)["answers"]]
    assert asked == ["https://shop.example/a", "https://shop.example/b"]


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        ((PATH,), "which URL"),
        (("no-such-folder", PATH), "neither a URL nor a file"),
        (("ftp://x.example/", PATH), "http or https"),
        ((API, PATH, "--controller", "apache"), "ingress-nginx"),
        ((API, PATH, "--header", "nonsense"), "NAME: VALUE"),
        ((API, PATH, "--no-endpoints", "shop"), "NAMESPACE/NAME"),
        ((API, PATH, "--cluster", "moon"), "hub"),
        ((API, PATH, "--from-file", "missing.txt"), "missing.txt"),
        ((API, "--manifests", "missing.yaml"), "neither a URL nor a file"),
        ((API, "./missing.d/dump"), "neither a URL nor a file"),
        ((API, PATH, "--no-endpoints", "shop/shpo"), "no Service is called"),
        ((API, PATH, "--controller", "traefik@new"), "traefik@3."),
        ((API, PATH, "--header", "A B: c"), "no header that a client can send"),
        ((API, PATH, "--method", "GE T"), "no method"),
        (("https://h.test\\x/", PATH), "no host has"),
        (("https://é..test/", PATH), "in ASCII"),
    ],
    ids=lambda v: str(v[-1]) if isinstance(v, tuple) else None,
)
def test_a_wrong_question_gets_a_clear_error(
    baro: Baro, arguments: tuple[str, ...], hint: str
) -> None:
    """Exit 2, one sentence, a hint."""
    ran = baro("route", *arguments)

    assert (ran.code, ran.out) == (2, "")
    assert hint in ran.err


def test_a_wrong_url_of_a_file_is_told_with_its_line(
    baro: Baro, dump: Path, tmp_path: Path
) -> None:
    """A byte order mark is passed over, and the line is named."""
    urls = tmp_path / "urls.txt"
    urls.write_text("\ufeffshop.example/a\nftp://shop.example/\n", encoding="utf-8")
    ran = baro("route", "--from-file", urls, "--manifests", dump)

    assert (ran.code, ran.out) == (2, "")
    assert f"{urls}:2: 'ftp://shop.example/'" in ran.err


def test_the_host_header_goes_before_the_host_of_the_url(
    baro: Baro, dump: Path
) -> None:
    """As with curl, an address may be asked for a host that DNS does not know yet."""
    ran = baro(
        *("route", "https://192.0.2.1/a", "--manifests", dump, "--format", "json"),
        *("--header", "Host: shop.example"),
    )

    [answer] = json.loads(ran.out)["answers"]
    assert (answer["url"], answer["outcome"]) == ("https://shop.example/a", "backend")


def test_what_could_not_be_read_is_in_every_form(baro: Baro, tmp_path: Path) -> None:
    """An answer from objects of which some are missing, or all, says so."""
    broken = tmp_path / "broken.yaml"
    broken.write_text("a: [\n", encoding="utf-8")
    empty = tmp_path / "empty.yaml"
    empty.write_text("# nothing\n", encoding="utf-8")
    for file, reason in ((broken, "not YAML"), (empty, "no Application")):
        for command in (("route", "https://h.test/"), ("routes",), ("verify",)):
            ran = baro(*command, "--manifests", file, "--format", "json")
            [gap] = json.loads(ran.out)["gaps"]
            assert reason in gap["reason"]
            assert "gap: " in ran.err


def test_a_release_that_is_not_imitated_makes_no_certain_answer(
    baro: Baro, dump: Path
) -> None:
    """Whose behaviour is used instead is told with each answer."""
    for name in ("ingress-nginx@0.51.0", "ingress-nginx@99.0"):
        ran = baro("route", API, "--manifests", dump, "--controller", name)
        assert "is not known; answered as" in ran.out
        assert "certainty: not known" in ran.out


@pytest.mark.parametrize("example", ["examples/platform", PATH])
def test_both_ways_to_run_a_second_instance_hold(baro: Baro, example: str) -> None:
    """By subdomain and on a path: every expected route holds."""
    ran = baro("verify", example)
    answer = json.loads(baro("verify", example, "--format", "json").out)

    assert ran.code == 0
    assert {route["held"] for route in answer["routes"]} == {"holds"}
    assert f"{len(answer['routes'])} of {len(answer['routes'])}" in ran.out


def test_a_route_that_does_not_hold_fails(baro: Baro) -> None:
    """Exit 1, the line of baro.yaml, the difference, and the chain."""
    ran = baro("verify", "examples/incidents/wrong-instance")

    assert ran.code == 1
    assert "broken" in ran.out
    assert "--> examples/incidents/wrong-instance/baro.yaml:" in ran.out
    assert "expected" in ran.out


@pytest.fixture
def unknown_domain(tmp_path: Path) -> Path:
    """Return the example platform, of whose domain `baro.yaml` says nothing."""
    folder = tmp_path / "platform"
    shutil.copytree("examples/platform", folder)
    config = folder / "baro.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("    domain: platform.example\n", ""), "utf-8")
    return folder


def test_a_route_of_which_a_part_is_unknown_is_neither_held_nor_broken(
    baro: Baro, unknown_domain: Path
) -> None:
    """It names the key of `baro.yaml` that would tell; only --strict fails for it."""
    ran = baro("verify", unknown_domain)
    answer = json.loads(baro("verify", unknown_domain, "--format", "json").out)

    assert ran.code == 0
    assert "0 of 6 expected routes hold, 6 are not known" in ran.out
    assert "(closes with: externalSecrets.platform/config.domain)" in ran.out
    assert ran.err.count("gap: ") == 1
    assert {route["held"] for route in answer["routes"]} == {"unknown"}
    assert {len(route["answers"]) for route in answer["routes"]} == {0}
    assert "platform/config.domain" in answer["routes"][0]["unknown"]
    assert baro("verify", unknown_domain, "--strict").code == 1


def test_a_host_that_may_be_the_unknown_one_has_no_certain_answer(
    baro: Baro, unknown_domain: Path
) -> None:
    """Where the domain is not known, no host below it is nobody's."""
    url = "https://backstage.platform.example/"
    ran = baro("route", url, unknown_domain, "--format", "json")
    [answer] = json.loads(ran.out)["answers"]

    assert (answer["outcome"], answer["status"]) == ("unknown", None)
    assert answer["certainty"] == "unknown"


def test_a_placeholder_that_no_cluster_has_fails(baro: Baro, tmp_path: Path) -> None:
    """A slip of the pen in `baro.yaml` is not passed over."""
    folder = tmp_path / "platform"
    shutil.copytree("examples/platform", folder)
    config = folder / "baro.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("backstage-kr.{domain}", "kr.{dmoain}"), "utf-8")
    ran = baro("verify", folder)

    assert ran.code == 1
    assert "dmoain is known to no cluster, expected an annotation or label" in ran.out


def test_routes_shows_the_whole_table(baro: Baro) -> None:
    """Host, path, Ingress, Application, Service, upstream path."""
    text = baro("routes", PATH).out
    listed = json.loads(baro("routes", PATH, "--format", "json").out)["routes"]

    assert "platform.example  (hub, ingress-nginx 1.15.1)" in text
    second = next(row for row in listed if row["path"].startswith("/kr"))
    assert second["application"] == "argocd/backstage-kr-hub"
    assert second["upstreamPath"] == "/$2"
    assert second["workload"] == "Deployment backstage-kr/backstage"


def test_a_host_that_nobody_has_is_said_once(baro: Baro, dump: Path) -> None:
    """No nameless Ingress, and not nginx's own name for the default server."""
    text = baro("route", "https://nowhere.example/", dump, "--manifests").out

    assert text.splitlines()[2:] == [
        "https://nowhere.example/",
        "  404  nobody has this: the controller's default backend answers",
        "       ingress-nginx 1.15.1",
        "  why  no Ingress has host nowhere.example, so the default server answers",
    ]


def test_routes_shows_a_path_once_and_says_that_it_is_no_pattern(baro: Baro) -> None:
    """A plain path is two places of nginx; what looks like a pattern is none here."""
    lines = baro("routes", "examples/incidents/wrong-instance").out.splitlines()
    at = [n for n, line in enumerate(lines) if line.startswith("  /kr(/|$)(.*)")]

    assert len(at) == 1
    assert "taken to the letter" in lines[at[0] + 1]


@pytest.mark.parametrize("form", ["terminal", "markdown"])
def test_a_platform_without_any_route_says_so(baro: Baro, form: str) -> None:
    """And does not speak of a controller that would have nothing to do."""
    text = baro("routes", "examples/incidents/schema", "--format", form).out

    assert "no Ingress and no route is here" in text
    assert "assumed" not in text


def test_all_forms_name_what_the_table_leaves_out(baro: Baro, dump: Path) -> None:
    """An Ingress without a class is in no row, and named below all forms."""
    text = dump.read_text(encoding="utf-8").replace("  ingressClassName: nginx\n", "")
    other = INGRESS.replace("shop", "other")
    dump.write_text(f"{text}---\n{other}", encoding="utf-8")
    for form in ("terminal", "markdown", "html"):
        shown = baro("routes", dump, "--manifests", "--format", form).out
        assert "not served: shop/shop, it names no class" in shown


def test_an_age_that_nobody_knows_gives_both_answers(baro: Baro, dump: Path) -> None:
    """The other answer, and below it the order in which it would be so."""
    twin = INGRESS.replace("name: shop, namespace: shop", "name: twin, namespace: shop")
    second = twin.replace("service: {name: shop", "service: {name: other")
    with dump.open("a", encoding="utf-8") as file:
        file.write(f"---\n{second.partition('---')[0]}")
    text = baro("route", "https://shop.example/", dump, "--manifests").out

    assert "  certainty: it depends on which Ingress is older" in text
    either = text.split("\n  or   200  Service shop/", 1)[1].splitlines()
    assert either[0] == "shop port 80 answers, asked for /"
    assert either[1] == "       if they are created in this order: shop/shop, shop/twin"


def test_routes_draws_a_page_without_scripts(baro: Baro, tmp_path: Path) -> None:
    """One well-formed page with a picture, and nothing from outside."""
    file = tmp_path / "routes.html"
    baro("routes", PATH, "--format", "html", "-o", file)
    page = file.read_text(encoding="utf-8")
    tags: list[str] = []

    class Reader(HTMLParser):
        """Notes every tag."""

        def handle_starttag(
            self, tag: str, attrs: list[tuple[str, str | None]]
        ) -> None:
            """Keep the tag; refuse what loads from outside."""
            tags.append(tag)
            assert not {name for name, _ in attrs} & {"src", "href"}

    Reader().feed(page)
    assert "svg" in tags
    assert "script" not in tags
    assert "/kr(/|$)(.*)" in page


def test_routes_draws_mermaid_in_markdown(baro: Baro) -> None:
    """A picture that GitHub draws, and the table below."""
    text = baro("routes", PATH, "--format", "markdown", "--lang", "ko").out

    assert "```mermaid\nflowchart LR\n" in text
    assert "| 호스트 | 경로 |" in text


def test_gateway_api_routes_need_no_flag(baro: Baro, tmp_path: Path) -> None:
    """HTTPRoutes are answered by the specification where no Ingress serves the host."""
    file = tmp_path / "gateway.yaml"
    file.write_text(
        """apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec:
  gatewayClassName: any
  listeners: [{name: http, port: 80, protocol: HTTP}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop, namespace: shop}
spec:
  parentRefs: [{name: edge}]
  hostnames: [new.example]
  rules: [{backendRefs: [{name: shop, port: 80}]}]
---
"""
        + INGRESS,
        encoding="utf-8",
    )
    new = baro("route", "http://new.example/", "--manifests", file).out
    old = baro("route", "https://shop.example/", "--manifests", file).out

    assert "by HTTPRoute shop/shop, gateway-api" in new
    assert "by Ingress shop/shop, ingress-nginx" in old


def test_what_is_not_read_of_gateway_api_is_never_silent(
    baro: Baro, dump: Path
) -> None:
    """A TLSRoute beside an Ingress: its hosts are open, and the table says so."""
    with dump.open("a", encoding="utf-8") as file:
        file.write(TLS_ROUTE)
    ran = baro("route", "https://raw.example/", dump, "--manifests", "--format", "json")
    [answer] = json.loads(ran.out)["answers"]
    whole = baro("routes", dump, "--manifests").out

    assert answer["certainty"] == "unknown"
    assert "TLSRoute shop/raw may route too, and is not read" in answer["why"]
    assert "not certain: TLSRoute shop/raw may route too, and is not read" in whole


def test_a_move_to_gateway_api_shows_what_changes(baro: Baro) -> None:
    """--compare names each place whose answer would differ, and counts the others."""
    text = baro("routes", PATH, "--compare", "gateway-api")
    listed = baro("routes", PATH, "--compare", "gateway-api", "--format", "json")
    korean = baro("routes", PATH, "--compare", "gateway-api", "--lang", "ko")
    changes = json.loads(listed.out)["changes"]

    assert text.code == 0
    assert {change["ingress"] for change in changes} >= {"backstage/backstage"}
    assert all(change["difference"] for change in changes)
    assert text.out.strip()
    assert any("가" <= sign <= "힣" for sign in korean.out)
    drawn = baro("routes", PATH, "--compare", "gateway-api", "--format", "html")
    assert drawn.code == 2
