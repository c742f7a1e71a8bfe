import team_orders
import team_payments
import team_web

from ztdsl import MeshDefaults, Policy, log_denied

defaults = MeshDefaults()

policy = Policy(
    "shop",
    owner="platform",
    mesh=defaults,
    parts=[team_web.policy, team_orders.policy, team_payments.policy],
    logs=[log_denied(defaults, because="who was refused, and by which rule")],
)
