"""X.509 workload certificates: what they say, whether they are sound SVIDs, and to which CA they lead."""
