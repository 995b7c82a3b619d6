"""axe-core, fetched through npm once, checked against a known hash, and run in a page."""

from __future__ import annotations

import hashlib
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from cablenet.maps import vendor

PACKAGE = "axe-core@4.10.3"
MEMBER = "package/axe.min.js"
SHA_256 = "880970c081707360e64f34cea25ff91892f5bc95675b0776925b9709dd8a68bb"
KEPT = Path(__file__).parents[2] / ".cache" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def axe_source() -> str:
    """The text of axe-core."""
    if not KEPT.is_file():
        KEPT.parent.mkdir(exist_ok=True)
        KEPT.write_bytes(_fetched())
    content = KEPT.read_bytes()
    assert hashlib.sha256(content).hexdigest() == SHA_256, f"{KEPT} is not {PACKAGE}: delete it"
    return content.decode("utf-8")


def findings(page: Any) -> list[str]:
    """What is seriously or critically wrong with a page, by the rules of WCAG 2.2 A and AA."""
    page.evaluate(axe_source())
    found = page.evaluate("(tags) => axe.run({ runOnly: { type: 'tag', values: tags } })", RULES)
    return [f"{one['id']} ({one['impact']}): {node['html'][:120]} {node['failureSummary'][:160]}"
            for one in found["violations"] if one["impact"] in ("serious", "critical")
            for node in one["nodes"]]


def _fetched() -> bytes:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        vendor._run([*vendor._npm(folder), "pack", PACKAGE, "--pack-destination", scratch,
                     "--silent"], folder)
        with tarfile.open(next(folder.glob("axe-core-*.tgz")), "r:gz") as bundle:
            stream = bundle.extractfile(MEMBER)
            assert stream is not None
            return stream.read()
