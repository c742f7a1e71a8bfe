"""ZTCODE: the smallest policy that says the same and is clean."""

from ztdsl import HttpPort, Namespace, Policy, Service

shop = Namespace("shop")
orders = Service("orders", namespace=shop, service_account="orders", ports=[HttpPort(8080)])
policy = Policy("shop", owns=[shop], services=[orders])
