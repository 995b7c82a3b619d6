"""Signing and audit from the outside: files in, files out, one message for what is wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cablenet_api.audit import next_entry, sign_checkpoint
from cablenet_api.plans.document import PlanDocument
from cablenet_api.plans.exchange import ExportedVersion
from cablenet_api.plans.signing import Signature, check_signature, new_key

from cablenet.cli.entry import main

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main([str(word) for word in words])
    out, err = capsys.readouterr()
    return int(end.value.code or 0), out, err


def test_a_plan_is_signed_with_a_key_that_stays_here(tmp_path: Path,
                                                     capsys: pytest.CaptureFixture[str]) -> None:
    exported = ExportedVersion(plan="ring", version=3, document=PlanDocument(title="x"))
    plan, key, out = tmp_path / "plan.json", tmp_path / "key.pem", tmp_path / "signature.json"
    plan.write_text(exported.model_dump_json(by_alias=True))
    code, told, _ = run(capsys, "sign", "--new-key", key, "--json")
    assert code == 0 and key.stat().st_mode & 0o777 == 0o600
    words = ("sign", plan, "--key", key, "--organisation", "india", "--office", "Secretary",
             "--out", out)
    assert run(capsys, *words)[0] == 0
    signature = Signature.model_validate_json(out.read_text())
    check_signature(signature)
    assert signature.public_key == json.loads(told)["public_key"]
    assert (signature.statement.version, signature.statement.digest) == (3, exported.digest)
    code, _, err = run(capsys, *words)
    assert code == 2 and "is there already" in err


def test_what_cannot_be_signed_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('{"plan": "x", "version": 0}')
    words = ("--organisation", "india", "--office", "Secretary")
    code, _, err = run(capsys, "sign", bad, "--key", bad, *words)
    assert code == 2 and "bad.json is not an exported version of a plan: version" in err
    assert run(capsys, "sign")[0] == 2
    good = tmp_path / "good.json"
    good.write_text(ExportedVersion(plan="r", version=1, document=PlanDocument(
        title="x")).model_dump_json(by_alias=True))
    code, _, err = run(capsys, "sign", good, "--key", bad, *words)
    assert code == 2 and "no PEM key" in err


def test_an_audit_log_is_whole_or_the_answer_is_no(tmp_path: Path,
                                                   capsys: pytest.CaptureFixture[str]) -> None:
    first = next_entry(None, at=NOW, actor="a", organisation="india", action="edit",
                       subject="ring", content="0" * 64)
    second = next_entry(first, at=NOW, actor="b", organisation="japan", action="sign",
                        subject="ring", content="1" * 64)
    log, held = tmp_path / "log.jsonl", tmp_path / "held.json"
    log.write_text("\n".join(one.model_dump_json() for one in (first, second)))
    held.write_text(sign_checkpoint(second, "japan", NOW, new_key()).model_dump_json(by_alias=True))
    code, out, _ = run(capsys, "audit", "verify", log, "--checkpoint", held, "--json")
    assert code == 0 and json.loads(out) == {"whole": True, "entries": 2, "checkpoints": 1}
    log.write_text(first.model_dump_json())
    code, out, _ = run(capsys, "audit", "verify", log, "--checkpoint", held, "--json")
    assert code == 1 and json.loads(out)["entry"] == 2
    log.write_text("{}")
    code, _, err = run(capsys, "audit", "verify", log)
    assert code == 2 and "log.jsonl, line 1 is not an audit entry" in err


def test_only_a_line_feed_ends_an_entry_and_what_is_no_log_is_told(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Names may hold a line separator of Unicode, which JSON does not escape."""
    odd = next_entry(None, at=NOW, actor="a\u2028b\x85c", organisation="india", action="edit",
                     subject="ring", content="0" * 64)
    log = tmp_path / "log.jsonl"
    log.write_bytes(f"{odd.model_dump_json()}\n".encode())
    assert run(capsys, "audit", "verify", log)[:2] == (0, "1 entries, whole; 0 checkpoints held\n")
    log.write_bytes(b"")
    assert run(capsys, "audit", "verify", log)[0] == 0
    log.write_bytes(b"{\xff}")
    code, _, err = run(capsys, "audit", "verify", log)
    assert code == 2 and "byte 1 is no UTF-8" in err


def test_a_served_log_that_breaks_off_is_no_log(tmp_path: Path,
                                                capsys: pytest.CaptureFixture[str]) -> None:
    """The service dies in the middle of its answer: that is bad input (2), not a broken chain."""
    class Broken(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b'{"number": 1')

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Broken) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        code, _, err = run(capsys, "audit", "verify",
                           f"http://127.0.0.1:{server.server_port}/audit/export")
        thread.join()
    assert code == 2 and "does not give its log" in err
