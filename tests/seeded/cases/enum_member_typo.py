"""A member of the enumeration of roles is misspelt."""
# types: caught
from enum import StrEnum

from ztdsl import AnyRequest, Claim, EndUser, HttpPort, Issuer, Namespace, Policy, Service, allow


class Role(StrEnum):
    DOCTOR = "doctor"
    NURSE = "nurse"


clinic = Namespace("clinic")
api = HttpPort(8080)
records = Service("records", namespace=clinic, service_account="records", ports=[api])

role = Claim("role", Role)
login = Issuer(
    "https://login.example.org",
    jwks_uri="https://login.example.org/keys",
    audiences=["records"],
    claims=[role],
)
carers = EndUser(login, where=[role.is_in(Role.DOCTOR, Role.NURCE)])  # expect: ZT003 "Role.NURCE"

policy = Policy(
    "clinic",
    owns=[clinic],
    services=[records],
    rules=[allow(carers, to=records.at(api), http=AnyRequest(), because="carers read and write records")],
)
