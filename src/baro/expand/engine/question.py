"""What an engine asks of a worker, or of a program, for a request."""

from baro.expand.engine.messages import Render
from baro.expand.ports import RenderRequest


def question_of(
    request: RenderRequest, *, share: bool = False, read: bool = False
) -> Render:
    """Return a request as a message, without its chart; `Render` says what is what."""
    return Render(
        digest=request.chart.digest,
        content=None,
        values=request.values,
        release=request.release,
        namespace=request.namespace,
        kube_version=request.kube_version,
        api_versions=request.api_versions,
        skip_schema=request.skip_schema,
        share=share,
        read=read,
    )
