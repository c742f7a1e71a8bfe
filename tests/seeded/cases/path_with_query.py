"""A path carries a query, which is never compared."""
# types: missed
from ztdsl import Http, HttpPort, Namespace, Policy, Service, allow

weather = Namespace("weather")
api = HttpPort(8080)
map_tiles = Service("map-tiles", namespace=weather, service_account="map-tiles")
forecast = Service("forecast", namespace=weather, service_account="forecast", ports=[api])

policy = Policy(
    "weather",
    owns=[weather],
    services=[map_tiles, forecast],
    rules=[
        allow(
            map_tiles,
            to=forecast.at(api),
            http=Http(
                methods=["GET"],
                paths=["/forecast", "/forecast?days=3"],  # expect: ZT310 ""/forecast?days=3""
            ),
            because="maps show the next three days",
        ),
    ],
)
