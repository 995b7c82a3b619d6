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
# # What should be built so that no single cable isolates an island state?
#
# Candidates are routed by the sea router and priced by length. The plan is the cheapest choice after
# which no single cable loss, of old or new cables, isolates any of the named countries. It is proved,
# and checked again by code that knows no solver.

# %%
import matplotlib.pyplot as plt
import pandas as pd

import cablenet as cn

plt.rcParams["figure.dpi"] = 80
atlas = cn.atlas()
net = cn.build_network(atlas)
margin = pd.Series(cn.country_margins(net, "cable"), index=net.country_id)
islands = [code for code in ("TO", "VU", "SB", "PW") if margin[code] == 1]
islands

# %%
wide = cn.build_network(atlas, candidates=cn.default_candidates(atlas, islands))
plan = cn.plan_redundancy(wide, countries=islands)
plan

# %%
plan.to_frame()

# %% [markdown]
# ## Before and after
#
# What is built can fail too: the *recipe* of the failures is made again on the network that holds the
# plan, and both are laid side by side.

# %%
losses = cn.cable_losses(wide)
before, after = cn.score(wide, losses), cn.score(plan.applied_to(wide), losses.recipe)
rows = [before.by_country()["isolated"].unstack().loc[:, islands].sum(),
        after.by_country()["isolated"].unstack().loc[:, islands].sum()]
pd.DataFrame(rows, index=["today", "with the plan"]).T.rename_axis("cable losses that isolate")

# %% [markdown]
# ## And for a fixed budget?

# %%
some = cn.plan_redundancy(wide, countries=islands, budget_musd=float(plan.certificate.objective) / 2)
some.to_frame()

# %%
cn.draw_map(plan.applied_to(wide), ax=plt.figure(figsize=(12, 7.3)).add_subplot());

# %% [markdown]
# ## What to do next
#
# * Every country at once, any two losses, or any place: `cn.plan_survival`, `docs/planning.md`.
# * Your own candidates: `cn.read_candidates("mine.csv", atlas)`.
# * The ways one cable could take: `cn.route_choices(net, "Tuas", (139.8, 34.9)).plot()`.
