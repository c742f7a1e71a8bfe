"""What a change of manifests opens and closes, by workload and port, each with a request that shows it."""
