"""Score a scenario with a client that openapi-python-client made: ADDRESS, TOKEN."""

from __future__ import annotations

import json
import sys

from made import AuthenticatedClient
from made.api.processes import execute
from made.api.score import score
from made.models import CableLoss, Execution, ExecutionInputs, JobStatus, ScoreRequest, Together
from made.models.score_answer import ScoreAnswer

address, token = sys.argv[1:]
with AuthenticatedClient(base_url=address, token=token, raise_on_unexpected_status=True) as client:
    lost = [CableLoss(kind="cable_loss", cable=cable) for cable in ("ab", "da")]
    answer = score.sync(client=client, body=ScoreRequest(events=[
        lost[0], Together(kind="together", name="both", parts=lost)]))
    assert isinstance(answer, ScoreAnswer), answer
    refused = score.sync(client=client, body=ScoreRequest(events=[
        CableLoss(kind="cable_loss", cable="zz")]))
    job = execute.sync(process="worst", client=client, body=Execution(
        inputs=ExecutionInputs.from_dict({"k": 2})))
    assert isinstance(job, JobStatus), job
print(json.dumps({
    "isolated": [one.values["isolated_countries"] for one in answer.scenarios],
    "country": answer.scenarios[1].countries[1].country, "unit": answer.headings[0].unit,
    "refused": refused.type_, "job": job.status}))
