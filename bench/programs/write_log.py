"""Write an access log in the recommended JSON for the quickstart example: `write_log.py FILE LINES`.

Callers, paths and verdicts as a shop has them: of ten requests seven read an order, of which one in ten is read by
nobody else, one goes to the page, and two are refused. Times cover 45 days.
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

BEGIN = datetime(2026, 10, 1, tzinfo=UTC)
DAYS = 45
DENIED = (403, "rbac_access_denied_matched_policy[none]")
LET_IN = (200, "via_upstream")
FRONTEND = "spiffe://cluster.local/ns/web/sa/frontend"
INGRESS = "spiffe://cluster.local/ns/istio-ingress/sa/istio-ingressgateway"
NOBODY = {"iss": None, "sub": None, "aud": None, "role": None}
GUEST = {"iss": "https://auth.example.com", "sub": "ana", "aud": "orders-api", "role": "guest"}
POPULAR, SHARE = 200, 10
"""How many orders are read again and again; one read of so many is of an order that nobody else reads."""
ORDERS, PAGE = ("shop", "orders"), ("web", "frontend")
HOSTS = {ORDERS: "orders.shop.svc.cluster.local:8080", PAGE: "shop.example.com"}
KINDS = (
    *(("GET", "/orders/{}", *LET_IN, FRONTEND, ORDERS, NOBODY),) * 7,
    ("DELETE", "/orders/{}", *DENIED, FRONTEND, ORDERS, NOBODY),
    ("GET", "/", *LET_IN, INGRESS, PAGE, NOBODY),
    ("GET", "/orders/{}", *DENIED, INGRESS, ORDERS, GUEST),
)


def line(number: int, lines: int) -> str:
    """One line of the log."""
    method, path, status, details, caller, to, token = KINDS[number % len(KINDS)]
    path = path.format(number % POPULAR if number // len(KINDS) % SHARE else number)
    namespace, service = to
    client = f"10.1.{number % 4}.{number % 250}:{30000 + number % 20000}"
    time = BEGIN + timedelta(days=DAYS) * (number / lines)
    plain = {
        "ztc": "1",
        "pod_namespace": namespace,
        "pod_service_account": service,
        "pod_workload": service,
        "downstream_peer_uri_san": caller,
        "downstream_tls_version": "TLSv1.3",
        "downstream_transport_failure_reason": None,
        "downstream_direct_remote_address": client,
        "start_time": f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03}Z",
        "method": method,
        "path": path,
        "protocol": "HTTP/1.1",
        "response_code": status,
        "response_flags": "-",
        "response_code_details": details,
        "connection_termination_details": None,
        "authority": HOSTS[to],
        "request_id": f"00000000-0000-4000-8000-{number:012x}",
        "upstream_cluster": "inbound|8080||",
        "downstream_local_address": "10.2.0.7:8080",
        "downstream_remote_address": client,
        "requested_server_name": f"outbound_.8080_._.{service}.{namespace}.svc.cluster.local",
        "x_forwarded_for": None,
        "jwt": token,
        "headers": {},
        "dry_run": {"allow_result": None, "allow_rule": None, "deny_result": None, "deny_rule": None},
    }
    return json.dumps(plain, separators=(",", ":")) + "\n"


if __name__ == "__main__":
    name, count = sys.argv[1:]
    with Path(name).open("w", encoding="utf-8") as file:
        file.writelines(line(number, int(count)) for number in range(int(count)))
