"""Classes of severity from shares, and how well classes agree with those observed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kendalltau

from cablenet.validation.outage_events import ORDER

Ints = NDArray[np.int64]
DRAWS = 2000


@dataclass(frozen=True)
class Thresholds:
    """The least share of each class, by table; see the file for the reasons."""

    unserved: Mapping[str, float]
    disrupted: Mapping[str, float]


def read_thresholds(path: Path) -> Thresholds:
    """The thresholds of a TOML file with tables `unserved` and `disrupted`."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return Thresholds(tables["unserved"], tables["disrupted"])


def class_of(share: float, least: Mapping[str, float]) -> int:
    """The worst class (0: unaffected) whose threshold a share reaches."""
    return max((ORDER.index(name) for name, value in least.items() if share >= value), default=0)


def severity(unserved: float, disrupted: float, thresholds: Thresholds) -> int:
    """The worse of the classes by what stays lost and by what had to find another way."""
    return max(class_of(unserved, thresholds.unserved), class_of(disrupted, thresholds.disrupted))


def within_one(ours: Ints, seen: Ints) -> float:
    """Share of outcomes no more than one class away."""
    return float(np.mean(np.abs(ours - seen) <= 1)) if len(seen) else float("nan")


def balanced_accuracy(ours: Ints, seen: Ints) -> float:
    """Mean, over the classes observed, of the share of their outcomes that we class alike."""
    return float(np.mean([np.mean(ours[seen == k] == k) for k in np.unique(seen)]))


def tau_b(ours: Ints, seen: Ints) -> float:
    """Kendall's tau-b; NaN where either side has one class only."""
    if len(np.unique(ours)) < 2 or len(np.unique(seen)) < 2:
        return float("nan")
    return float(kendalltau(ours, seen, variant="b").statistic)


def best_constant(seen: Ints) -> tuple[int, float]:
    """The one class that, always said, lies within one class most often, and that share."""
    shares = [within_one(np.full(len(seen), k), seen) for k in range(len(ORDER))]
    best = int(np.argmax(shares))
    return best, shares[best]


def bootstrap(ours: Ints, seen: Ints, event: Ints, seed: int = 0,
              draws: int = DRAWS) -> tuple[float, float]:
    """95 % interval of the balanced accuracy when whole events are drawn again."""
    rng = np.random.default_rng(seed)
    members = [np.flatnonzero(event == e) for e in np.unique(event)]
    found = []
    for _ in range(draws):
        rows = np.concatenate([members[i] for i in rng.integers(len(members), size=len(members))])
        found.append(balanced_accuracy(ours[rows], seen[rows]))
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)
