"""What was rendered, read where it was rendered: the workers have time for it."""

from typing import Any

import msgspec

from baro.expand.engine.messages import Rendered
from baro.expand.sources import split
from baro.model.yamlskeleton import Skeletons

LONGEST = 1024 * 1024
"""Characters of one rendering that are read; more would hold up its worker."""


def with_bodies(rendered: Rendered) -> Rendered:
    """Return a rendering with what its documents hold, as far as it may be read."""
    texts = [text for _, text in (*rendered.files, *rendered.crds)]
    if sum(map(len, texts)) > LONGEST:
        return rendered
    return msgspec.structs.replace(rendered, bodies=[_bodies(text) for text in texts])


def _bodies(text: str) -> Any:
    """Return the bodies of a text as they are sent; None where that cannot be."""
    packed = _SKELETONS.packed(text)
    try:
        return msgspec.Raw(packed or msgspec.msgpack.encode(split.bodies(text)))
    except (ValueError, OverflowError, RecursionError):
        return None


def _readable(text: str) -> Any:
    bodies = split.bodies(text)
    if bodies is None:
        raise ValueError("one of the documents is no object")
    return bodies


_SKELETONS = Skeletons(_readable)
