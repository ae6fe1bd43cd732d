"""How hostnames of listeners and routes meet, and which goes first."""

# Gateway API: apis/v1/httproute_types.go, HTTPRouteSpec.Hostnames


def covers(pattern: str, name: str) -> bool:
    """Tell whether a hostname takes a name; empty takes all, `*.` any depth."""
    if not pattern:
        return True
    if pattern.startswith("*."):
        return name.endswith(pattern[1:]) and len(name) >= len(pattern)
    return pattern == name


def meet(one: str, other: str) -> bool:
    """Tell whether two hostnames, each maybe a wildcard, have a name in common."""
    if not one or not other:
        return True
    if one.startswith("*.") and other.startswith("*."):
        return one.endswith(other[1:]) or other.endswith(one[1:])
    return covers(one, other) or covers(other, one)


def rank(pattern: str) -> tuple[bool, int]:
    """Return what sorts hostnames that take the same name, most specific first."""
    return (pattern.startswith("*.") or not pattern, -len(pattern))


def patterns_for(name: str) -> list[str]:
    """Return all hostnames that would take a name, most specific first."""
    found = [name]
    rest = name
    while "." in rest:
        rest = rest.partition(".")[2]
        found.append(f"*.{rest}")
    return [*found, ""]


def narrower(one: str, other: str) -> str:
    """Return the more specific of two hostnames that take the same name."""
    return min(one, other, key=rank)
