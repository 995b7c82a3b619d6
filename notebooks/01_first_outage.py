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
# # What happens if the Luzon Strait breaks?
#
# One failure on the open atlas: where the faults lie, who is hurt, and by how much. The routes of the
# atlas and many of its numbers are estimates; read the answers as "roughly this, for these reasons".

# %%
import matplotlib.pyplot as plt

import cablenet as cn

plt.rcParams["figure.dpi"] = 80
net = cn.build_network(cn.atlas())
net

# %%
cn.draw_map(net, ax=plt.figure(figsize=(12, 7.3)).add_subplot());

# %% [markdown]
# ## Where does it break?
#
# A named event is a row of a scenario set: the sections it takes, and the places on the sea bed to
# which a ship would have to sail.

# %%
event = cn.named_events(net)["Luzon Strait earthquake"]
event.faults[["segment_id", "lon", "lat", "depth_m", "jurisdiction_id"]].head(8).round(2)

# %% [markdown]
# ## Who is hurt?
#
# `isolated`: who reaches no hub abroad. `capacity_loss`: how much of its largest flow to the hubs a
# country loses. `added_latency`: how much longer the shortest way becomes. Units stand in the headings.

# %%
effect = cn.score(net, event, ["isolated", "capacity_loss", "added_latency", "margin"])
effect.to_frame().T

# %%
felt = effect.by_country(0)
felt.insert(0, "name", net.country_name)
columns = ["name", "capacity_loss_tbps", "capacity_loss_share", "added_latency_ms", "margin_cables"]
felt.nlargest(10, "capacity_loss_share")[columns].round(2)

# %% [markdown]
# ## See it
#
# The interactive map is one page that asks nothing of the network. Put `page` alone on a line to see
# it here, or `page.save("luzon.html")`.

# %%
page = effect.explore(title="Luzon Strait earthquake")
print(page)

# %% [markdown]
# ## What to do next
#
# * Another place: `cn.cut(net, lon=..., lat=...)`, `cn.disk(net, ...)`, `cn.chokepoint(net, ...)`.
# * Who is served when traffic reroutes: `cn.flow_optimum(net, event).by_class()`.
# * Which ship repairs what: notebook 5.
