"""Istio's security kinds: types, plain objects, validation, sizes and where each part was declared."""
