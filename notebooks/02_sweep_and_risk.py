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
# # What should we expect in a year?
#
# First every single loss, to see which hurts most; then drawn years of faults and repairs, to see how
# often it happens.

# %%
import tempfile

import matplotlib.pyplot as plt

import cablenet as cn

plt.rcParams["figure.dpi"] = 80
net = cn.build_network(cn.atlas())
work = tempfile.mkdtemp()

# %% [markdown]
# ## Every cable and every station, one at a time

# %%
singles = cn.score(net, cn.cable_losses(net) + cn.station_losses(net), ["isolated", "capacity_loss"])
singles.worst(8, by="isolated_people")[["isolated_people", "isolated_countries", "capacity_loss_tbps"]]

# %%
singles.plot(12, by="capacity_loss_tbps");

# %% [markdown]
# A landing town can weigh more than any cable: many cables end in few towns.
#
# ## Drawn years
#
# The fault model holds rates by cause (fishing, anchors, earthquakes, storms, components ...), each
# with its source. Years are drawn as timelines: only outages that overlap coincide.

# %%
model = cn.fault_model(net)
model.by_cause()

# %%
years = cn.run_sweep(cn.years_sweep(net, model, 200, seed=1), f"{work}/years")
risk = cn.risk_of(years)
risk.to_frame().head(10)

# %% [markdown]
# The interval is that of 200 drawn years; take more (`cablenet sweep --years 10000`) for a figure to
# sign.

# %%
risk.total().plot();

# %% [markdown]
# ## What to do next
#
# * Pairs and triples: `cn.exhaustive_sweep(net, order=3)`; the worst three with proof: notebook 3.
# * How sure the rates are: `cn.draws(net, ...)` and `docs/uncertainty.md`.
