"""Codes and workloads in words."""
