"""What could be otherwise if we knew which Ingress is older.

Git has no creation times. Where several Ingresses claim the same thing of a host,
all orders of their creation are played through, up to a bound.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, permutations
from math import factorial

from baro.routing.ingress_nginx.merging import DEFAULT_SERVER
from baro.routing.ingress_nginx.selection import Kept
from baro.routing.ingress_nginx.upstreams import Upstream, upstream_name
from baro.routing.world import Rule

# 5! orders are 120 servers; beyond, some are tried as the oldest and as the youngest.
ALL_ORDERS = 5
_TRIED = 12


def involved(
    host: str,
    entries: Sequence[tuple[Kept, Rule]],
    upstreams: Mapping[str, Upstream],
    catch_alls: Sequence[Kept] = (),
) -> list[Kept]:
    """Return the Ingresses of a host whose unknown age can change an answer."""
    found: dict[int, Kept] = {}
    if any(one.ingress.created is None for one, _ in entries):
        main = [(one, rule) for one, rule in entries if not one.is_canary]
        for group in (
            *_same_paths(main, upstreams),
            *_creators(host, main, upstreams),
            _alias_givers(main),
        ):
            if _undecided(group):
                found.update((id(one), one) for one in group)
    if host == DEFAULT_SERVER and _undecided(catch_alls):
        found.update((id(one), one) for one in catch_alls)
    return list(found.values())


def _undecided(group: Sequence[Kept]) -> bool:
    distinct = {id(one): one for one in group}
    return len(distinct) > 1 and any(
        one.ingress.created is None for one in distinct.values()
    )


def _same_paths(
    entries: Sequence[tuple[Kept, Rule]], upstreams: Mapping[str, Upstream]
) -> Iterator[Sequence[Kept]]:
    """Group the Ingresses that claim the same path."""
    exact: defaultdict[tuple[str, bool], list[Kept]] = defaultdict(list)
    for one, rule in entries:
        for path in rule.paths or ():
            if path.backend is None:
                continue
            upstream = upstreams.get(upstream_name(one.ingress.namespace, path.backend))
            if upstream is not None and upstream.canary is None:
                key = (path.path or "/", path.path_type == "Exact")
                exact[key].append(one)
    for (path_text, is_exact), group in exact.items():
        twins = exact.get((path_text, not is_exact), ())
        # Exact and Prefix of one path get in each other's way in regex mode, and
        # when one of them is there twice.
        yield [*group, *twins]


def _creators(
    host: str,
    entries: Sequence[tuple[Kept, Rule]],
    upstreams: Mapping[str, Upstream],
) -> Iterator[Sequence[Kept]]:
    """Group those whose annotations would rule the paths that nobody names."""
    if host == DEFAULT_SERVER:
        return
    for one, rule in entries:
        for path in rule.paths or ():
            if path.backend and path.path in ("", "/") and path.path_type != "Exact":
                name = upstream_name(one.ingress.namespace, path.backend)
                if name in upstreams and upstreams[name].canary is None:
                    return
    claims = {
        (
            one.settings,
            one.ingress.default_backend,
            one.ingress.default_backend and one.ingress.namespace,
        )
        for one, _ in entries
    }
    if len(claims) > 1:
        yield [one for one, _ in entries]


def _alias_givers(entries: Sequence[tuple[Kept, Rule]]) -> Sequence[Kept]:
    givers = [one for one, _ in entries if one.settings.aliases]
    return givers if len({one.settings.aliases for one in givers}) > 1 else ()


def possible_oldest(group: Sequence[Kept]) -> list[Kept]:
    """Return those that may have been created first; one if all ages are known.

    `group` is in the controller's order. Canaries are left aside: they create nothing.
    """
    main = {one.key: one for one in group if not one.is_canary}
    known = [one for one in main.values() if one.ingress.created is not None]
    open_ones = [one for one in main.values() if one.ingress.created is None]
    return [*known[:1], *open_ones]


def orders(group: Sequence[Kept]) -> Iterator[tuple[Kept, ...]]:
    """Return the orders in which a group can have been created, oldest first."""
    candidates: Iterator[tuple[Kept, ...]]
    if len(group) <= ALL_ORDERS:
        candidates = permutations(group)
    else:
        candidates = _ends(tuple(group))
    return (order for order in candidates if _possible(order))


def count(group: Sequence[Kept]) -> int:
    """Return how many orders are tried at most."""
    few = len(group) <= ALL_ORDERS
    return factorial(len(group)) if few else 2 * min(len(group), _TRIED)


def _ends(group: tuple[Kept, ...]) -> Iterator[tuple[Kept, ...]]:
    for index, one in enumerate(group[:_TRIED]):
        rest = group[:index] + group[index + 1 :]
        yield (one, *rest)
        yield (*rest, one)


def _possible(order: Sequence[Kept]) -> bool:
    known = [one.ingress for one in order if one.ingress.created is not None]
    return all(
        (older.created or 0) < (younger.created or 0)
        or (older.created == younger.created and older.key > younger.key)
        for older, younger in pairwise(known)
    )


def reorder(
    entries: Sequence[tuple[Kept, Rule]], order: Sequence[Kept]
) -> list[tuple[Kept, Rule]]:
    """Put the entries of a group into another order of creation."""
    rank = {id(one): number for number, one in enumerate(order)}
    moved = sorted(
        (entry for entry in entries if id(entry[0]) in rank),
        key=lambda entry: rank[id(entry[0])],
    )
    replacement = iter(moved)
    return [next(replacement) if id(entry[0]) in rank else entry for entry in entries]
