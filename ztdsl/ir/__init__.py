"""The Model: a policy with every name resolved, for one mesh."""
