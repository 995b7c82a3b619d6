"""The cablenet service: the library over HTTP. Nothing runs at import; see `create_app`."""

from __future__ import annotations

from cablenet_api.access.admission import admit_member
from cablenet_api.app import create_app
from cablenet_api.jobs.worker import run_worker
from cablenet_api.server import serve
from cablenet_api.settings import Settings

__all__ = ["Settings", "admit_member", "create_app", "run_worker", "serve"]
