import team_orders
import team_payments
import team_web

from ztdsl import MeshDefaults, Policy

policy = Policy(
    "shop",
    owner="platform",
    mesh=MeshDefaults(),
    parts=[team_web.policy, team_orders.policy, team_payments.policy],
)
