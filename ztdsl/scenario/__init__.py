"""Requests as people write them: named callers and callees, `GET /orders/7`, tables of what may happen."""
