"""Key sets of issuers: what a proxy makes of them, where they come from, how they change without an outage."""
