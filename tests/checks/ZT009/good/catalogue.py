from ztdsl import Namespace, Service

web = Namespace("web")
frontend = Service("frontend", namespace=web, service_account="frontend")
