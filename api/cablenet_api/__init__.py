"""The cablenet service: the library over HTTP."""
