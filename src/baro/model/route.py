"""What a URL is expected to do."""

from msgspec import Struct

from baro.model.text import Location


class ExpectedRoute(Struct, frozen=True):
    """One line of `routes:` in `baro.yaml`, with `{domain}` and the like filled in.

    Empty fields are not compared. `written` is the URL as it stands in the file.
    `unknown` says which value nobody knows, `unfilled` which placeholders are no
    annotation or label of any cluster; the URL then stands as it is written.
    """

    url: str
    written: str
    application: str = ""
    service: str = ""
    upstream_path: str = ""
    status: int | None = None
    redirects_to: str = ""
    cluster: str = ""
    unknown: str = ""
    unfilled: str = ""
    location: Location | None = None
