from ztdsl import AnyRequest, EndUser, HttpPort, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
customer = EndUser("https://auth.example.com", audience="orders-api")
own = allow(customer, to=orders.at(api), http=AnyRequest(), because="customers see their orders")

policy = Policy("shop-orders", owns=[shop], services=[orders], rules=[own])
