"""cablenet: plan for the resilience of submarine cables."""
