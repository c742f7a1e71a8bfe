"""Findings: what a problem is made of, every code, where in a file it is, and how it is printed."""
