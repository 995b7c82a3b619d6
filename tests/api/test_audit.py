"""The audit log: any change, move or lost tail is found, an administrator's rewriting included."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cablenet_api.audit import Checkpoint, Entry, next_entry, sign_checkpoint, verify
from cablenet_api.plans.errors import BrokenChainError, SignatureError
from cablenet_api.plans.signing import new_key
from hypothesis import given
from hypothesis import strategies as st

START = datetime(2026, 5, 1, tzinfo=UTC)


def log(size: int, action: str = "edit") -> list[Entry]:
    entries: list[Entry] = []
    for number in range(size):
        entries.append(next_entry(entries[-1] if entries else None,
                                  at=START + timedelta(hours=number), actor="a", action=action,
                                  organisation="india", subject=f"plan {number}",
                                  content=f"{number:064x}"))
    return entries


def test_a_log_that_nobody_touched_is_whole() -> None:
    entries = log(5)
    key = new_key()
    held = [sign_checkpoint(head, "japan", START, key) for head in (None, entries[1], entries[4])]
    assert verify(entries, held) == 5
    assert verify([]) == 0


@given(data=st.data())
def test_every_change_move_and_removal_is_found(data: st.DataObject) -> None:
    entries = log(6)
    held = sign_checkpoint(entries[-1], "japan", START, new_key())
    at = data.draw(st.integers(0, 5))
    what = data.draw(st.sampled_from(["actor", "subject", "content", "at", "swap", "drop", "cut",
                                      "twice"]))
    bad = list(entries)
    if what == "swap":
        other = (at + 1) % 6
        bad[at], bad[other] = bad[other], bad[at]
    elif what == "drop":
        del bad[at]
    elif what == "cut":
        bad = bad[:at]
    elif what == "twice":
        bad.insert(at, bad[at])
    else:
        new = {"actor": "b", "subject": "x", "content": "f" * 64, "at": START - timedelta(1)}[what]
        bad[at] = bad[at].model_copy(update={what: new})
    with pytest.raises(BrokenChainError):
        verify(bad, [held])


def test_an_administrator_who_writes_the_whole_log_anew_is_found_by_any_checkpoint() -> None:
    """The new chain holds in itself; only what a party kept tells."""
    entries, anew = log(6), log(6, action="nothing happened")
    assert verify(anew) == 6
    held = sign_checkpoint(entries[2], "india", START, new_key())
    with pytest.raises(BrokenChainError, match="entry 3: differs from the checkpoint of india"):
        verify(anew, [held])


def test_a_tail_cut_off_before_a_checkpoint_is_found() -> None:
    entries = log(6)
    held = sign_checkpoint(entries[5], "india", START, new_key())
    with pytest.raises(BrokenChainError, match="entry 5: is missing: india holds a checkpoint of "
                                               "entry 6"):
        verify(entries[:4], [held])


def test_two_parties_may_hold_the_same_head_and_both_are_asked() -> None:
    entries, anew = log(3), log(3, action="other")
    held = [sign_checkpoint(anew[2], "india", START, new_key()),
            sign_checkpoint(entries[2], "japan", START, new_key())]
    with pytest.raises(BrokenChainError, match="checkpoint of india"):
        verify(entries, held)


def test_a_forged_checkpoint_is_refused() -> None:
    entries = log(2)
    held = sign_checkpoint(entries[1], "india", START, new_key())
    forged = held.model_copy(update={"hash": "0" * 64})
    with pytest.raises(SignatureError, match="'india'"):
        verify(entries, [forged])


def test_entries_and_checkpoints_read_back_equal() -> None:
    entry = log(1)[0]
    held = sign_checkpoint(entry, "india", START, new_key())
    again = Entry.model_validate_json(entry.model_dump_json())
    assert verify([again], [Checkpoint.model_validate_json(held.model_dump_json(by_alias=True))])
