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
# # What isolates us?
#
# Three questions of growing strength: how many losses until a country is cut off, which smallest sets
# do it, and which three cables together cut off the most, with a proof that nothing is worse.

# %%
import matplotlib.pyplot as plt
import pandas as pd

import cablenet as cn

plt.rcParams["figure.dpi"] = 80
net = cn.build_network(cn.atlas())

# %% [markdown]
# ## How many until we are cut off?
#
# Without bound (`inf`) means that a land border leads to a hub: cables alone cannot isolate the
# country, if those border links hold.

# %%
region = ["IN", "JP", "TW", "LK", "BD", "MV", "SG", "ID", "PH", "VN", "KE", "DJ", "OM", "TO", "FJ"]
margins = pd.DataFrame({f"{unit}s until isolated": cn.country_margins(net, unit)
                        for unit in ("cable", "station")}, index=net.country_id)
margins.insert(0, "name", net.country_name)
margins.loc[region].sort_values("cables until isolated")

# %% [markdown]
# ## Which smallest sets do it?

# %%
sets = cn.cut_sets(net, 2, "cable", model=cn.fault_model(net))
sets.to_frame().head(12)

# %% [markdown]
# ## The worst three cables, proved

# %%
worst = cn.worst_case(net, 3, next_best=3)
worst

# %%
worst.to_frame()

# %% [markdown]
# How it grows with the number of losses, each point proved:

# %%
cn.worst_curve(net, range(1, 9)).plot();

# %% [markdown]
# ## What to do next
#
# * Stations or places instead of cables: `unit="station"`, `unit="place"`; people instead of countries:
#   `metric="people"`; one country: `country="IN"`.
# * What to harden against it: `cn.fortify(net, harden=3, k=3)`.
# * What to build: notebook 4.
