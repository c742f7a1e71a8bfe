"""A namespace is opened for its move into the mesh, and the mesh-wide default-deny closes it again."""
# types: missed
from datetime import date

from ztdsl import MeshDefaults, Namespace, Open, Policy

moving = Open(because="SHOP-9: the shop moves in", until=date(2027, 1, 31))
shop = Namespace(
    "shop",
    default=moving,  # expect: ZT403 "moving"
)

policy = Policy("platform", owns=[shop], services=[], rules=[], mesh=MeshDefaults())
