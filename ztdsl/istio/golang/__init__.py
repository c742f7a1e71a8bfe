"""What istiod and the API server take as a number, a duration, an address, a URL and a set of keys.

They take what Go's libraries take, which is more, and less, than the standards say.
"""
