"""`serve`: run the service until it is stopped."""

from __future__ import annotations

import uvicorn

from cablenet_api.app import create_app
from cablenet_api.settings import Settings


def serve(host: str = "127.0.0.1", port: int = 8000, settings: Settings | None = None) -> None:
    """Load the atlas, then answer on an address; a map that cannot be loaded stops it at once."""
    app = create_app(settings)
    app.state.worlds.get(None)
    uvicorn.run(app, host=host, port=port, server_header=False, timeout_keep_alive=30)
