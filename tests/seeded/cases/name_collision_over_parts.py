"""Two teams declare the same namespace, each for itself."""
# types: missed
from ztdsl import AnyRequest, HttpPort, Namespace, Policy, Service, allow


def catalogue_team() -> Policy:
    shop, api = Namespace("shop"), HttpPort(8080)
    catalogue = Service("catalogue", namespace=shop, service_account="catalogue", ports=[api])
    search = Service("search", namespace=shop, service_account="search")
    rule = allow(search, to=catalogue.at(api), http=AnyRequest(), because="search indexes what is for sale")
    return Policy("catalogue", owns=[shop], services=[catalogue, search], rules=[rule])


def basket_team() -> Policy:
    shop = Namespace("shop")  # expect: ZT108 ""shop""
    basket = Service("basket", namespace=shop, service_account="basket")
    return Policy("basket", owns=[basket])


policy = Policy("shop", parts=[catalogue_team(), basket_team()])
