"""Composes the expansion: flags -> platform -> target state."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from baro.cli import ahead
from baro.cli.options import PlatformFlags
from baro.cli.progress import progress
from baro.errors import InputError
from baro.expand.assemble import Assembled, assemble
from baro.expand.charts.fetch import FetchedCharts
from baro.expand.engine.choice import open_engine
from baro.expand.options import Options
from baro.expand.platform import Overrides, Platform, open_platform
from baro.model.finding import Gap
from baro.model.snapshot import Snapshot
from baro.model.text import Location
from baro.rules.acceptance import Acceptance


@dataclass(frozen=True)
class Target:
    """The target state of what the user named, and how to trace a value in it.

    `plain` objects are those of no platform: nothing was expanded.
    """

    name: str
    assembled: Assembled
    platform: Platform
    plain: bool

    @property
    def snapshot(self) -> Snapshot:
        """Return the state."""
        return self.assembled.snapshot

    @property
    def unseen(self) -> tuple[Gap, ...]:
        """Return the gaps; a place in which there is nothing to look at is one."""
        snapshot = self.snapshot
        if snapshot.manifests or snapshot.gaps:
            return tuple(snapshot.gaps)
        reason = "no Application, ApplicationSet or other object was found"
        other = "" if self.plain else ", or roots: for a chart installed by hand"
        return (Gap(self.name, reason, f"another PATH{other}"),)

    def acceptances(self) -> Iterator[tuple[Acceptance, Location | None]]:
        """Yield what every `baro.yaml` accepts, each with the line of its rule."""
        for root in self.platform.roots:
            for index, entry in enumerate(root.settings.accept):
                until = date.fromisoformat(entry.until) if entry.until else None
                accepted = Acceptance(entry.rule, entry.subject, entry.reason, until)
                yield accepted, root.locate("accept", index, "rule")


@contextmanager
def target_state(flags: PlatformFlags, *, account: bool = True) -> Iterator[Target]:
    """Expand what the flags name; `account` asks for the values that nothing reads.

    Raises:
        InputError: a flag, a path or `baro.yaml` is wrong.
    """
    with ExitStack() as stack:
        engine = open_engine(flags.jobs or None, first=ahead.worker())
        stack.callback(engine.close)
        if not flags.manifests:
            engine.warm()
        platform = stack.enter_context(
            open_platform(
                flags.paths,
                Overrides(
                    repositories=dict(_mapped(flags.repo)),
                    config=flags.config,
                    argocd_version=flags.argocd_version,
                    kubernetes_version=flags.kubernetes_version,
                    stands_for=flags.as_branch,
                ),
            )
        )
        watch = stack.enter_context(progress())
        settings = platform.settings
        options = Options(
            argocd=settings.argocd_version or Options().argocd,
            kubernetes=settings.kubernetes_version or Options().kubernetes,
            unread=account,
        )
        assembled = assemble(
            platform,
            engine,
            options,
            watch,
            plain=flags.manifests,
            remote=FetchedCharts(allowed=flags.fetch),
        )
        name = ", ".join(map(str, flags.paths))
        yield Target(name, assembled, platform, flags.manifests)


def _mapped(pairs: Sequence[str]) -> Iterator[tuple[str, Path]]:
    for pair in pairs:
        # A URL may hold `=`; a path that does is rarer.
        url, equals, path = pair.rpartition("=")
        if not equals or not url or not path:
            raise InputError(
                f"--repo {pair}: not of the form URL=PATH",
                hint="write --repo https://git.example/acme/apps=../apps",
            )
        yield url, Path(path)
