"""ZTCODE: the smallest policy that has this finding and no other."""

from ztdsl import HttpPort, Namespace, Policy, Service

shop = Namespace("shop")
orders = Service("orders", namespace=shop, service_account="orders", ports=[HttpPort(8080)])
policy = Policy("shop", owns=[shop], services=[orders])
