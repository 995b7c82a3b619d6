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
# # Which ship goes first, and when is traffic back?
#
# In real outages of several cables the queue is the outage. This notebook turns a failure into jobs,
# sends ships, and draws how the network comes back.

# %%
import matplotlib.pyplot as plt

import cablenet as cn

plt.rcParams["figure.dpi"] = 80
net = cn.build_network(cn.atlas())
event = cn.named_events(net)["Luzon Strait earthquake"]
repair = cn.plan_repairs(net, event, horizon_days=90)
repair

# %% [markdown]
# ## Ship by ship
#
# A job is done at locate + max(ship there, permit there) + work + test. `longest_wait` is what it
# waited for most.

# %%
columns = ["cable", "ship", "arrive_day", "permit_day", "start_day", "done_day", "longest_wait"]
repair.to_frame()[columns].head(12).round(1)

# %%
repair.plot();

# %% [markdown]
# ## The restoration curve

# %%
repair.restoration.plot();

# %%
repair.notes

# %% [markdown]
# ## What if every ship could go?
#
# Ships serve the cables of their contracts. `charter=True` sends others as well, five days later (an
# assumption): what a pooled fleet would buy.

# %%
pooled = cn.plan_repairs(net, event, horizon_days=90, charter=True)
days = {"contracts": repair, "pooled": pooled}
{name: round(plan.to_frame()["done_day"].mean(), 1) for name, plan in days.items()}

# %% [markdown]
# ## What to do next
#
# * Distances by the sea router instead of 1.2 x the great circle: `router=cn.ship_router()`.
# * What each constant is taken from: `docs/repair.md`.
# * On the command line: `cablenet plan repairs --event luzon_strait_earthquake`.
