"""Checks of address blocks."""

from __future__ import annotations

from functools import cache
from ipaddress import IPv6Interface, ip_interface

from ztdsl.resolve.problems import Complaint


@cache
def address_problem(cidr: str) -> Complaint | None:
    """What keeps `cidr` from being an address or a block whose host bits are zero."""
    try:
        interface = ip_interface(cidr)
    except ValueError:
        help_ = "write an IPv4 or IPv6 address, or a block such as `10.20.0.0/24`"
        return Complaint("ZT123", f"`{cidr}` is not an address block", (help_,))
    bits = cidr.partition("/")[2]
    if bits and not bits.isdecimal():
        return Complaint("ZT123", f"`{cidr}` has a netmask", (f"write `{interface.network}`",))
    if "%" in cidr:
        return Complaint("ZT123", f"`{cidr}` has a zone", ("an address in a policy has no zone",))
    if isinstance(interface, IPv6Interface) and interface.ip.ipv4_mapped is not None:
        help_ = f"write the IPv4 address: `{interface.ip.ipv4_mapped}`"
        return Complaint("ZT123", f"`{cidr}` is an IPv4 address in IPv6 form, and the proxy sees IPv4", (help_,))
    if interface.network.prefixlen == 0:
        return Complaint("ZT123", f"`{cidr}` takes in every address", ("write `Anyone()` if that is meant",))
    if interface.ip != interface.network.network_address:
        help_ = f"write `{interface.network}` for the block, or `{interface.ip}` for the one address"
        return Complaint("ZT123", f"`{cidr}` has bits beyond its mask", (help_,))
    return None


def canonical_block(cidr: str) -> str:
    """The shortest way to write a checked block; a single address stands without a mask."""
    interface = ip_interface(cidr)
    network = interface.network
    return str(interface.ip) if network.prefixlen == network.max_prefixlen else str(network)
