"""Policies of repair as one writes them: `pooled`, `fast-lane ID=3, add-ship Cochin`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cablenet.network import Network
    from cablenet.repair.policies import Policy

WORDS = ("pooled", "mutual-aid", "fast-lane CC[=DAYS]", "add-ship PORT", "join A+B", "end A")


def policy_of(net: Network, text: str) -> Policy:
    """A policy from its words, parted by commas; the text is its name.

    A port given as LON,LAT has a comma of its own: write it with a blank, `add-ship 80.3 13.1`.

    Raises
    ------
    InputError
        a word nobody knows, naming all
    """
    from cablenet.cli.repairs import fast, port_of
    from cablenet.errors import InputError
    from cablenet.repair.policies import Policy
    from cablenet.repair.rules import RepairRules

    found: dict[str, Any] = {"fast_lane": {}, "added_ships": (), "joined": (), "ended": frozenset()}
    aid = False
    for part in text.split(","):
        word, _, more = part.strip().partition(" ")
        more = more.strip()
        if word == "pooled" and not more:
            found["pooled"] = True
        elif word == "mutual-aid" and not more:
            aid = True
        elif word == "fast-lane" and more:
            country, days = fast(more)
            found["fast_lane"][country] = days
        elif word == "add-ship" and more:
            found["added_ships"] += ((more, port_of(net, _place(more))),)
        elif word == "join" and "+" in more:
            found["joined"] += (frozenset(name.strip() for name in more.split("+")),)
        elif word == "end" and more:
            found["ended"] |= {more}
        else:
            raise InputError(f"--policy '{text}': '{part.strip()}' is none of "
                             f"{', '.join(WORDS)}")
    return Policy(text, RepairRules(**found), aid)


def _place(text: str) -> str:
    """`80.3 13.1` as `80.3,13.1`; names as they are."""
    parts = text.split()
    return ",".join(parts) if len(parts) == 2 and all(
        part.lstrip("-").replace(".", "", 1).isdigit() for part in parts) else text
