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
# # How do I use my own map, my own capacities and my own traffic?
#
# A map is a handful of tables. This notebook changes one cell of the atlas, adds a demand matrix, and
# proposes a cable, all without touching what ships.

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt

import cablenet as cn

plt.rcParams["figure.dpi"] = 80
work = Path(tempfile.mkdtemp())
atlas = cn.atlas()
atlas.cables[["cable_id", "name", "lit_capacity_tbps", "maintenance_agreement"]].head()

# %% [markdown]
# ## What I know better: an overlay
#
# It lays my values over the public map, says whose they are, and leaves the map as it is.

# %%
mine = cn.Overlay(owner="our company", tier="restricted", patches=(
    cn.Patch("cables", "smw5", "lit_capacity_tbps", 20.0),), note="measured in our own stations")
public, ours = cn.build_network(atlas), cn.build_network(atlas.with_overlay(mine))
smw5 = public.links_of_cable(public.cable_index("smw5"))
public.links.lit_tbps[smw5].max(), ours.links.lit_tbps[smw5].max()

# %%
loss = [cn.score(net, cn.cable_losses(net, ["smw5"]), ["capacity_loss"]).to_frame()
        for net in (public, ours)]
[round(float(frame["capacity_loss_tbps"].iloc[0]), 2) for frame in loss]

# %% [markdown]
# ## My traffic

# %%
matrix = work / "matrix.csv"
matrix.write_text("""from,to,class,tbps,year,source,confidence
IN,Singapore,,40,2030,regulator's return 2024,sourced
IN-mumbai,FR,finance,1.5,2030,central bank,estimated
""", encoding="utf-8")
asked = cn.read_demand(matrix, public, year=2030)
asked

# %% [markdown]
# ## My proposal

# %%
proposal = work / "mine.csv"
proposal.write_text("candidate_id,from_id,to_id\nsecond,to-nukualofa,fj-suva\n", encoding="utf-8")
candidates = cn.read_candidates(proposal, atlas)
candidates[["candidate_id", "from_id", "to_id", "length_km", "cost_musd"]].round(1)

# %%
plan = cn.plan_redundancy(cn.build_network(atlas, candidates=candidates), countries=["TO"])
plan

# %% [markdown]
# ## What is wrong with a map?

# %%
cn.write_layers(atlas, work / "map.gpkg")
again = cn.read_layers(work / "map.gpkg")
again.fingerprint == atlas.fingerprint

# %%
atlas.provenance.groupby(["layer", "basis"]).size().unstack(fill_value=0)

# %% [markdown]
# ## What to do next
#
# * Someone else's map: `cablenet import telegeography-v3 DIR --out world`; other formats by
#   `cablenet import --help`.
# * Everything that is wrong with a map: `cablenet check world`.
# * Columns, units and keys of each table: `geodata/README.md`.
