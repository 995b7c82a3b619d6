"""Pages of features as GeoJSON text, with links to the pages beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import quote, urlencode

import numpy as np

from cablenet_api.layers.api_description import GEOJSON, JSON, address_of, link
from cablenet_api.layers.collection import Collection
from cablenet_api.layers.query import Query


def items_text(root: str, collection: Collection, query: Query, asked: Mapping[str, str],
               moment: str) -> str:
    """One page of features, in the order of their ids.

    The next page starts behind the last id of this one, so a feature that comes or goes meanwhile
    never makes another be left out or told twice.

    Parameters
    ----------
    asked
        the parameters as they were sent, for the links
    moment
        the time of the answer
    """
    rows = collection.rows(query)
    rest = rows[np.searchsorted(collection.ids[rows], query.after, side="right")
                if query.after else 0:]
    shown = rest[:query.limit]
    here = f"{address_of(root, collection)}/items"
    links = [link(_with(here, dict(asked)), "self", GEOJSON),
             link(address_of(root, collection), "collection", JSON)]
    if len(rest) > len(shown):
        links.append(link(_with(here, {**asked, "after": str(collection.ids[shown[-1]])}), "next",
                          GEOJSON))
    head = json.dumps({"type": "FeatureCollection", "timeStamp": moment,
                       "numberMatched": len(rows), "numberReturned": len(shown), "links": links})
    features = ",\n".join(collection.feature(row) for row in shown)
    return f'{head[:-1]}, "features": [{features}]}}'


def item_text(root: str, collection: Collection, row: int) -> str:
    """One feature with its links."""
    home = address_of(root, collection)
    here = f"{home}/items/{quote(str(collection.ids[row]), safe='')}"
    return collection.feature(row, [link(here, "self", GEOJSON), link(home, "collection", JSON)])


def _with(address: str, parameters: Mapping[str, str]) -> str:
    words = urlencode(parameters, safe=",:/.")
    return f"{address}?{words}" if words else address
