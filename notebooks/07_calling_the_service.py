# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # How does a planning tool ask over HTTP?
#
# `cablenet serve` answers on 127.0.0.1:8000. Here the notebook starts one for itself on a free port and
# ends it again.

# %%
import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
store = tempfile.mkdtemp()
service = subprocess.Popen(
    [sys.executable, "-m", "cablenet.cli.entry", "serve", "--port", str(port),
     "--database", f"sqlite:///{store}/notebook.sqlite"],
    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
url = f"http://127.0.0.1:{port}"


def ask(path, body=None):
    """The JSON answer of a route."""
    request = urllib.request.Request(url + path, json.dumps(body).encode() if body else None,
                                     {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


for _ in range(120):
    try:
        ready = ask("/healthz")
        break
    except OSError:
        time.sleep(0.5)
ready

# %% [markdown]
# ## Score a failure

# %%
answer = ask("/score", {
    "events": [{"kind": "named_event", "event": "Luzon Strait earthquake"},
               {"kind": "disk", "lon": 43.35, "lat": 12.6, "radius_km": 50}],
    "metrics": ["isolated", "capacity_loss"], "countries": ["IN", "JP"]})
import pandas as pd

pd.json_normalize(answer["scenarios"]).T

# %% [markdown]
# ## What may be asked

# %%
[process["id"] for process in ask("/processes")["processes"]]

# %% [markdown]
# ## What a mistake looks like
#
# Every error is problem+json with a stable type and a sentence that says how to mend it.

# %%
try:
    ask("/score", {"events": [{"kind": "named_event", "event": "Luzon Strait"}]})
except urllib.error.HTTPError as error:
    problem = json.load(error)
problem["title"], problem["detail"]

# %%
service.terminate()
service.wait(timeout=30);

# %% [markdown]
# ## What to do next
#
# * `/docs` in a browser describes every route; `/openapi.json` feeds client generators.
# * Workspaces, plans and signatures: `docs/service.md`, `docs/plans.md`.
