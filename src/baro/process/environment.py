"""What a program gets to see of ours."""

import os
from collections.abc import Mapping

_KEPT = (
    *("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "LD_LIBRARY_PATH"),
    *("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"),
    *("SSH_AUTH_SOCK", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSL_CAINFO"),
    *("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "DOCKER_CONFIG", "HELM_C_LIB"),
    *("HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"),
)
_SET = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    # A partial clone must not reach for the network behind our back.
    "GIT_NO_LAZY_FETCH": "1",
}
_QUIET = {"core.fsmonitor": "false", "core.hooksPath": os.devnull}
"""A repository that is only looked at must not start programs of its own."""
NOWHERE = {
    **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9"),
    **dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9"),
    **dict.fromkeys(("NO_PROXY", "no_proxy"), ""),
}
"""Lets a program that must not fetch anything run against a wall."""


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment that programs get, with `extra` laid over it."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, **_SET, **git_configuration({}), **(extra or {})}


def git_configuration(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that make Git use settings, over what is configured."""
    found = {}
    whole = {**_QUIET, **settings}
    for index, (key, value) in enumerate(whole.items()):
        found[f"GIT_CONFIG_KEY_{index}"] = key
        found[f"GIT_CONFIG_VALUE_{index}"] = value
    return {"GIT_CONFIG_COUNT": str(len(whole)), **found}
