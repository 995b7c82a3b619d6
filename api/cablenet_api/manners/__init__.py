"""How the service behaves towards its callers, whatever they ask: pace, retries, figures."""
