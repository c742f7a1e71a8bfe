"""The language: what users write. Nothing here validates; `ztdsl.resolve` checks everything at once."""
