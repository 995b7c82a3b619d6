"""An example of the body of every operation that takes one, for the description of the service.

They name what the shipped atlas holds. Ids of workspaces and organisations are made up.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cablenet_api.plans.canonical import digest
from cablenet_api.plans.document import PlanDocument
from cablenet_api.plans.exchange import SignedPlan
from cablenet_api.plans.signing import Signature, public_text, sign, statement_for

Json = dict[str, Any]
PLAN = "5b1c0d7e9a3f4e6d8c2b1a0f9e8d7c6b"
PARTIES = ("in-doc", "jp-mic")
BAB_EL_MANDEB: Json = {"kind": "disk", "lon": 43.35, "lat": 12.6, "radius_km": 50,
                       "name": "Bab el-Mandeb"}
LUZON: Json = {"kind": "named_event", "event": "Luzon Strait earthquake"}
SCORE: Json = {"events": [LUZON, BAB_EL_MANDEB], "metrics": ["isolated", "capacity_loss"],
               "countries": ["IN", "JP"]}
DOCUMENT: Json = {
    "schema": "cablenet/plan/1", "title": "Luzon Strait: joint repair",
    "parties": [{"organisation": PARTIES[0], "name": "Department of Communications",
                 "country": "IN"},
                {"organisation": PARTIES[1], "name": "Ministry of Communications",
                 "country": "JP"}],
    "scope": {"countries": ["IN", "JP"], "tier": "joint"},
    "scenarios": [{"id": "luzon", "name": "Earthquake", "hazard": "earthquake", "event": LUZON}],
    "review_date": "2027-06-30",
}
OVERLAY: Json = {"name": "true capacities", "tier": "aggregated", "lit_tbps": {"aae1": 26.5}}
SPARES: Json = {"name": "our own spares", "tier": "full", "depots": [
    {"name": "Quay 7", "port": "cochin", "cables": ["aae1"], "spare_km": 120}]}
SCENARIOS: Json = {"name": "chokepoints", "events": [
    BAB_EL_MANDEB, {"kind": "chokepoint", "chokepoint": "malacca"}]}
MAP: Json = {"name": "one cable, as Open Fibre Data Standard", "map": {"networks": [{
    "id": "3f2a1c80-5d2e-4b6c-9a77-0c1d2e3f4a5b", "name": "Example 1",
    "nodes": [
        {"id": "1", "name": "Chennai", "type": ["cableLanding"], "status": "operational",
         "location": {"type": "Point", "coordinates": [80.27, 13.08]},
         "address": {"country": "IN"}},
        {"id": "2", "name": "Singapore", "type": ["cableLanding"], "status": "operational",
         "location": {"type": "Point", "coordinates": [103.99, 1.32]},
         "address": {"country": "SG"}}],
    "spans": [{"id": "1", "start": "1", "end": "2", "status": "operational",
               "route": {"type": "LineString", "coordinates": [
                   [80.27, 13.08], [94.0, 7.0], [98.5, 5.5], [103.99, 1.32]]}}]}]}}


def key_of(organisation: str) -> Ed25519PrivateKey:
    """A key that everybody can make, and that signs examples only."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(organisation.encode()).digest())


def _signature(organisation: str) -> Signature:
    document = PlanDocument.model_validate(DOCUMENT)
    return sign(statement_for(PLAN, 1, digest(document), organisation=organisation,
                              office="Secretary", signed_at=datetime(2026, 11, 2, tzinfo=UTC)),
                key_of(organisation))


def _json(value: Any) -> Json:
    return dict(json.loads(value.model_dump_json(by_alias=True)))


def _received() -> Json:
    signed = SignedPlan.model_validate({
        "plan": PLAN, "version": 1, "state": "signed", "document": DOCUMENT,
        "signatures": [_json(_signature(one)) for one in PARTIES]})
    return {"signed": _json(signed),
            "known_keys": {one: public_text(key_of(one).public_key()) for one in PARTIES}}


def examples() -> Mapping[str, Mapping[str, Json]]:
    """Verb and path to examples by name, the first the plainest."""
    space = "/workspaces/{workspace}"
    plan, incident = f"{space}/plans", f"{space}/incidents"
    return {
        "POST /score": {"an earthquake and a strait": SCORE, "one cable": {
            "events": [{"kind": "cable_loss", "cable": "aae1"}]}},
        "POST /desk/outage": {"a strait": {"events": [BAB_EL_MANDEB]}},
        "POST /desk/traffic": {"a strait": {"events": [BAB_EL_MANDEB]}},
        "PUT /members/{person}": {"a planner": {"role": "planner"}},
        "POST /tokens": {"for a month": {"label": "laptop", "days": 30}},
        "POST /workspaces": {"a name": {"name": "Indian Ocean"}},
        f"POST {space}/parties": {"by id": {"organisation": "0f" * 16}},
        f"POST {space}/scenarios": {"two straits": SCENARIOS},
        f"PUT {space}/scenarios/{{scenario}}": {"two straits": SCENARIOS},
        f"POST {plan}": {"a draft": DOCUMENT},
        f"PUT {plan}/{{plan}}": {"a draft": DOCUMENT},
        f"POST {plan}/{{plan}}/steps": {
            "submit": {"step": "submit"},
            "object": {"step": "object", "text": "the call-out order names a ship in dock"},
            "sign": {"step": "sign", "signature": _json(_signature(PARTIES[0]))}},
        f"POST {space}/plan-matches": {"a strait": {"event": BAB_EL_MANDEB}},
        f"POST {space}/keys": {"ours": {"public_key": public_text(key_of("in-doc").public_key())}},
        f"POST {incident}": {
            "now": {"event": BAB_EL_MANDEB},
            "an exercise": {"event": LUZON, "simulated": True, "started": "2026-12-01T03:00:00Z"}},
        f"POST {incident}/{{incident}}/actuals": {"declared": {
            "at": "2026-12-01T05:30:00Z", "step": "declared"}},
        f"POST {incident}/{{incident}}/forecasts": {"from now": {}, "more is known": {
            "event": {"kind": "cable_loss", "cable": "aae1"}}},
        f"POST {incident}/{{incident}}/closing": {"now": {}},
        f"POST {space}/overlays": {"capacities": OVERLAY, "spare depots": SPARES},
        f"PUT {space}/overlays/{{overlay}}": {"capacities": OVERLAY},
        f"POST {space}/overlays/{{overlay}}/scores": {
            "a strait": {"events": [BAB_EL_MANDEB], "metrics": ["capacity_loss"]}},
        "POST /processes/{process}/execution": {
            "score": {"inputs": SCORE},
            "sweep": {"inputs": {"order": 2, "unit": "cable", "metrics": ["isolated"]}},
            "drawn years": {"inputs": {"years": 1000, "pairs": [["IN", "JP"]]}},
            "worst": {"inputs": {"k": 3, "country": "JP"}},
            "fortify": {"inputs": {"harden": 3, "k": 3}},
            "simulate-years": {"inputs": {"years": 100, "policies": [
                {"name": "permits in three days", "fast_lane": {"IN": 3}}]}},
            "spares": {"inputs": {"agreement": "SEAIOCMA"}},
            "repair-prices": {"inputs": {"event": LUZON}},
            "bases": {"inputs": {"agreement": "SEAIOCMA", "years": 20}},
            "survival": {"inputs": {"promises": [{"losses": 1, "countries": ["TO"]}]}},
            "demand": {"inputs": {"promises": [{"share": 0.9, "countries": ["IN", "JP"]}],
                                  "leave_out_impossible": True}},
            "repairs with an overlay": {"inputs": {
                "event": LUZON, "overlay": {"workspace": "1a" * 16, "overlay": "3c" * 16}}},
            "on a map of a workspace": {"inputs": {
                "k": 2, "map": {"workspace": "1a" * 16, "map": "2b" * 16}}}},
        f"POST {space}/maps": {"one cable": MAP},
        f"PUT {space}/maps/{{map}}": {"one cable": MAP},
        f"POST {space}/received-plans": {"with the keys one knows": _received()},
    }
