from catalogue import frontend, web
from teams import orders

from ztdsl import Policy

policy = Policy("all-teams", owns=[web], services=[frontend], parts=[orders.policy])
