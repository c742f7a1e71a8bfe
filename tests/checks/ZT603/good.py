from datetime import date

from ztdsl import Anyone, IpBlock, Namespace, Permissive, Policy, Service, TcpPort, allow_tcp

shop = Namespace("shop")
smtp = TcpPort(2525, mtls=Permissive(because="MAIL-1: mail comes in in plaintext", until=date(2027, 3, 31)))
mailer = Service("mailer", namespace=shop, service_account="mailer", ports=[smtp])
blocked = [IpBlock("198.18.0.0/18"), IpBlock("198.18.64.0/20")]

policy = Policy(
    "shop-mail",
    owns=[shop],
    services=[mailer],
    rules=[
        allow_tcp(Anyone(but=blocked), to=mailer.at(smtp), because="MAIL-4: everyone but known senders of spam"),
    ],
)
