from teams import orders

from ztdsl import Namespace, Policy, Service

web = Namespace("web")
frontend = Service("frontend", namespace=web, service_account="frontend")

policy = Policy("all-teams", owns=[web], services=[frontend], parts=[orders.policy])
