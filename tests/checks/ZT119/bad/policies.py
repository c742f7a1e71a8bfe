from ztdsl import AnyRequest, External, HttpPort, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
billing = External("billing", namespace="finance", service_account="billing", trust_domain="partner.example")
invoices = allow(billing, to=orders.at(api), http=AnyRequest(), because="the partner writes the invoices")

policy = Policy("shop-orders", owns=[shop], services=[orders], rules=[invoices])
