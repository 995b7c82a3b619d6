"""What organisations share: workspaces, and versioned documents in them."""
