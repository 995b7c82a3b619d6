"""The one door to numba: loops that numpy cannot say, compiled where numba is installed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Loop = TypeVar("Loop", bound=Callable[..., Any])

try:
    from numba import njit
except ImportError:  # the `scale` extra brings it; without it the same answers take longer
    HAS_COMPILER = False
else:
    HAS_COMPILER = True


def compiled(loop: Loop) -> Loop:
    """The function compiled on first use (kept on disk), or as it is without numba."""
    if not HAS_COMPILER:
        return loop
    made: Any = njit(cache=True, nogil=True)(loop)
    return made  # type: ignore[no-any-return]  # numba keeps the signature, its types do not
