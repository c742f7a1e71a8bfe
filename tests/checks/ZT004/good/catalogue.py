from ztdsl import HttpPort, Namespace, Service

web = Namespace("web")
api = HttpPort(8080)
frontend = Service("frontend", namespace=web, service_account="frontend")
