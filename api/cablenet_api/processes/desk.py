"""`Desk`: where a process may keep unfinished work, and whom it tells how far it has come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cablenet as cn
from cablenet_api.workspaces.overlays import SeenOverlay


def _nobody(_: float) -> None:
    """Nobody asked."""


@dataclass(frozen=True)
class Desk:
    """What a long process works with.

    Attributes
    ----------
    folder
        outlives the death of the worker: what is whole in it is not done again
    tell
        told the share of the work that is done, 0 to 1
    scheduler
        a Dask scheduler (tcp://host:port, or tls://...) to spread sweeps over; None: this process
    tls
        the files of mutual TLS, for a tls:// scheduler
    most_scenarios
        scenarios, drawn and simulated years that one job may ask for
    overlay
        the overlay that the inputs name, as the asker sees it
    """

    folder: Path
    tell: Callable[[float], None] = _nobody
    scheduler: str | None = None
    tls: cn.Tls | None = None
    most_scenarios: int = 100_000_000
    overlay: SeenOverlay | None = None

    def told(self, _: str, done: int, of: int) -> None:
        """Progress as verbs of the library tell it: what, how many, of how many."""
        self.tell(done / max(of, 1))

    def check_count(self, count: int, what: str, cure: str) -> None:
        """Refuse more scenarios, or drawn or simulated years, than one job may ask for.

        Raises
        ------
        InputError
            with the cure
        """
        if count > self.most_scenarios:
            raise cn.errors.InputError(f"{count:,} {what}, and one job may ask for "
                                       f"{self.most_scenarios:,}; {cure}")
