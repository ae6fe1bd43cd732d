"""Many load balancers: only those with a rule for the host are asked."""

from hypothesis import given
from hypothesis import strategies as st

from baro.routing.alb import AlbRoutes
from tests.routing import short

HOSTS = ("", "a.test", "b.test", "*.test", "*.a.test")
INGRESS = st.tuples(
    st.sampled_from(HOSTS), st.sampled_from(["/", "/a"]), st.sampled_from(["", "g"])
)
ASKED = st.sampled_from(["a.test", "B.test:8080", "c.test", "x.a.test.", "other"])


@given(st.lists(INGRESS, max_size=6), ASKED, st.sampled_from(["/", "/a/b", "/c"]))
def test_asking_only_those_is_as_good_as_asking_all(
    made: list[tuple[str, str, str]], host: str, path: str
) -> None:
    """The answer and its alternatives are what all balancers say together."""
    ingresses = [
        {
            "name": f"i{number}",
            "class": "alb",
            "host": at,
            "paths": [f"{where} -> s{number}"],
            "annotations": {"alb.ingress.kubernetes.io/group.name": group}
            if group
            else {},
        }
        for number, (at, where, group) in enumerate(made)
    ]
    routes = short.table(ingresses, {"controller": "alb"}).routes
    assert isinstance(routes, AlbRoutes)
    request = short.request(f"http://{host}{path}")
    everywhere = [each.answer(request) for _, each in routes.balancers]
    taken = [one for one in everywhere if one.ingress is not None] or everywhere
    answer = routes.answer(request)
    said = {answer.key, *(other.answer.key for other in answer.alternatives)}
    assert said == ({one.key for one in taken} or {answer.key})
