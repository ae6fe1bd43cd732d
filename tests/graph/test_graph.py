"""Laws of the graph: reach is transitive, and reversal swaps impact and causes."""

from hypothesis import given
from hypothesis import strategies as st

from baro.graph.graph import Edge, Graph, Relation
from baro.model.ref import ObjectRef

refs = st.sampled_from([ObjectRef("Pod", name, "shop") for name in "abcdefg"])
edges = st.lists(st.builds(Edge, refs, refs, st.sampled_from(Relation)), max_size=25)


def reached(graph: Graph, start: ObjectRef) -> set[ObjectRef]:
    """Return everything that needs `start`."""
    return {edge.dependent for edge in graph.reach([start])} - {start}


@given(edges, refs)
def test_reach_is_transitive(made: list[Edge], start: ObjectRef) -> None:
    """What needs something that needs the start is reached from the start."""
    graph = Graph(tuple(made))
    first = reached(graph, start)
    for ref in first:
        assert reached(graph, ref) - {start} <= first


@given(edges, refs, refs)
def test_reversal_swaps_impact_and_causes(
    made: list[Edge], one: ObjectRef, other: ObjectRef
) -> None:
    """One is hit by the loss of the other exactly if the other is a cause of one."""
    graph = Graph(tuple(made))
    assert (one in reached(graph, other)) == (other in reached(graph.reversed(), one))


@given(edges, refs)
def test_reach_names_each_object_once(made: list[Edge], start: ObjectRef) -> None:
    """Cycles end, and nothing is counted twice."""
    found = [edge.dependent for edge in Graph(tuple(made)).reach([start])]
    assert len(found) == len(set(found))


@given(edges, refs)
def test_reach_stays_within_the_wanted_relations(
    made: list[Edge], start: ObjectRef
) -> None:
    """A walk over one relation uses no other."""
    graph = Graph(tuple(made))
    for edge in graph.reach([start], [Relation.MANAGES]):
        assert edge.relation is Relation.MANAGES


@given(edges)
def test_both_directions_hold_the_same_edges(made: list[Edge]) -> None:
    """Each edge is found from both of its ends."""
    graph = Graph(tuple(made))
    for edge in made:
        assert edge in graph.dependencies(edge.dependent)
        assert edge in graph.dependents(edge.dependency)
