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
# # A first look
#
# What a planner can ask in five minutes: what do India and Japan depend on, what do the Luzon
# Strait and Bab el-Mandeb take away, which single loss is the worst, what should be built, and
# which ship goes first.
#
# Everything runs on the open atlas that ships with the library. Its routes and many of its numbers
# are estimates, and each number says so (last section); read the answers as "roughly this, for
# these reasons".

# %%
import matplotlib.pyplot as plt
import pandas as pd

import cablenet as cn

plt.rcParams["figure.dpi"] = 80

atlas = cn.atlas()
net = cn.build_network(atlas)
net

# %%
cn.draw_map(net, ax=plt.figure(figsize=(12, 7.3)).add_subplot());

# %% [markdown]
# ## 1. What do we depend on?
#
# The **margin** is how many cables, or stations, must fail before a country reaches no hub abroad.
# Without bound (`inf`) means that a land border leads to a hub: cables alone cannot isolate it, if
# those border links hold.

# %%
region = ["IN", "JP", "TW", "LK", "BD", "MV", "SG", "ID", "PH", "VN", "KE", "DJ", "OM", "TO", "FJ"]
margins = pd.DataFrame({f"{unit}s until isolated": cn.country_margins(net, unit)
                        for unit in ("cable", "station")}, index=net.country_id)
margins.insert(0, "name", net.country_name)
margins.loc[region].sort_values("cables until isolated")

# %% [markdown]
# A margin says how many ways there are, not how wide they are. So take away each cable and each
# station in turn, and ask how much of the largest flow to the hubs abroad each country loses.

# %%
singles = cn.score(net, cn.cable_losses(net) + cn.station_losses(net),
                   ["capacity_loss", "isolated"])
by_country = singles.by_country()["capacity_loss_share"].unstack("country")
for country in ("IN", "JP"):
    top = by_country[country].nlargest(8)
    display(top.mul(100).round(1).rename(f"{country}: % of its largest flow lost").to_frame())

# %% [markdown]
# A landing town can weigh more than any cable: many cables end in few towns.

# %% [markdown]
# ## 2. What do the straits take away?
#
# Whom they isolate stands in the first rows; the rest is width (capacity), length (latency) and
# choice (margin).

# %%
named = cn.named_events(net)
straits = named["Luzon Strait earthquake"] + named["Bab el-Mandeb"]
effect = cn.score(net, straits, ["isolated", "capacity_loss", "added_latency", "margin"])
effect.to_frame().T

# %%
for event in straits:
    felt = effect.by_country(event)
    felt.insert(0, "name", net.country_name)
    columns = ["name", "capacity_loss_tbps", "capacity_loss_share", "added_latency_ms",
               "margin_cables"]
    most = felt.nlargest(6, "capacity_loss_share").index.union(["IN", "JP"], sort=False)
    display(felt.loc[most, columns].round(2).rename_axis(event))

# %% [markdown]
# The faults of an event are places on the sea bed, so that ships know where to sail.

# %%
straits.faults[["segment_id", "lon", "lat", "depth_m", "jurisdiction_id"]].head(8).round(2)

# %% [markdown]
# ## 3. Which single loss is the worst?

# %%
columns = ["isolated_people", "isolated_countries", "capacity_loss_tbps"]
singles.worst(10, by="isolated_people")[columns]

# %%
singles.plot(12, by="capacity_loss_tbps");

# %% [markdown]
# ## 4. What should be built?
#
# Island states that hang on one cable are the plain case. Candidates are routed by the sea router
# and priced by length; the plan is the cheapest choice after which no single cable loss, of old or
# new cables, isolates any of them. It is proved, and checked again by code that knows no solver.

# %%
islands = [code for code in ("TO", "VU", "SB", "PW") if margins.loc[code].iloc[1] == 1]
candidates = cn.default_candidates(atlas, islands)
wide = cn.build_network(atlas, candidates=candidates)
plan = cn.plan_redundancy(wide, countries=islands)
plan

# %%
plan.to_frame()

# %% [markdown]
# What is built can fail too: the *recipe* of the failures is made again on the network that holds
# the plan, and both are laid side by side.

# %%
built = plan.applied_to(wide)
losses = cn.cable_losses(wide)
before, after = cn.score(wide, losses), cn.score(built, losses.recipe)
rows = [before.by_country()["isolated"].unstack().loc[:, islands].sum(),
        after.by_country()["isolated"].unstack().loc[:, islands].sum()]
pd.DataFrame(rows, index=["today", "with the plan"]).T.rename_axis("cable losses that isolate")

# %% [markdown]
# ## 5. Which ship goes first?

# %%
repair = cn.plan_repairs(net, named["Luzon Strait earthquake"], horizon_days=90)
repair

# %%
columns = ["cable", "ship", "depart_day", "arrive_day", "permit_day", "start_day", "done_day"]
repair.to_frame()[columns].head(10).round(1)

# %%
repair.restoration.plot();

# %% [markdown]
# ## 6. Look around
#
# The interactive map is one page that asks nothing of the network. Put `page` alone on a line to
# see it here, or `page.save("straits.html")`; it is left out of this file for its size.

# %%
page = effect.explore(title="Two straits")
print(page)

# %% [markdown]
# ## How far to trust it
#
# Each number is sourced, estimated or assumed, has a range and names its sources.

# %%
atlas.provenance.groupby(["layer", "basis"]).size().unstack(fill_value=0)
