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
# # Would we have seen it coming? Abidjan, March 2024
#
# A slide in a canyon off Abidjan cut four cables on 14 March 2024. We take the map as it was that day,
# cut what was cut, and lay our classes beside what was reported. The thresholds were fixed before the
# first run; what we miss stays here.

# %%
import matplotlib.pyplot as plt

import cablenet as cn

plt.rcParams["figure.dpi"] = 80
cn.past_outages()[["day", "name", "countries"]].tail(12)

# %%
table = cn.replay_outage("E2024_ABIDJAN")
table.round(2)

# %% [markdown]
# `seen` is what monitors and operators reported, `ours` the worse of two classes: by the share of
# demand that stays lost even with the best rerouting, and by the share whose way was cut. `lit_lost`
# and `cables_lost` are two simpler counts that anybody could make.

# %%
order = ["unaffected", "low", "medium", "high", "severe", "cut_off"]
steps = (table["ours"].map(order.index) - table["seen"].map(order.index)).rename("classes too severe")
steps.value_counts().sort_index().to_frame("countries")

# %%
axes = steps.sort_values().plot.barh(figsize=(7, 6), color="#4477aa")
axes.axvline(0, color="black", linewidth=0.8)
axes.set_xlabel("classes by which we are too severe (right) or too mild (left)")
plt.tight_layout()

# %% [markdown]
# A best rerouting is kinder than a Thursday in March: contracts, not geography, decide who may use what
# is left. Where we are too mild, that is why; over all events `cablenet validate` prints the same, with
# the misses counted.
#
# ## What to do next
#
# * Another event: `cn.replay_outage("E2006_HENGCHUN")`.
# * All of them with the rules of judging: `cablenet validate` and `docs/validation.md`.
