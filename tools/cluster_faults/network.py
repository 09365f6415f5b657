"""Network namespaces around one bridge, where packets can be dropped. Needs root, and nftables."""

import subprocess

PREFIX = "confab-"
HUB, CLIENT, DATABASE = PREFIX + "hub", PREFIX + "client", PREFIX + "db"
CLIENT_ADDRESS, DATABASE_ADDRESS = "10.77.0.200", "10.77.0.100"


def namespace_of(node):
    return f"{PREFIX}node{node}"


def address_of(node):
    return f"10.77.0.{node + 1}"


def run(*command, check=True, seconds=30):
    return subprocess.run(list(map(str, command)), check=check, capture_output=True, text=True, timeout=seconds)


def inside(namespace, *command, **more):
    """Its process id is the command's: `ip netns exec` does not fork."""
    return subprocess.Popen(["ip", "netns", "exec", namespace, *map(str, command)], stdin=subprocess.DEVNULL, **more)


def build(nodes):
    run("ip", "netns", "add", HUB)
    run("ip", "-n", HUB, "link", "add", "hub", "type", "bridge")
    run("ip", "-n", HUB, "link", "set", "hub", "up")
    places = {CLIENT: CLIENT_ADDRESS, DATABASE: DATABASE_ADDRESS}
    places.update({namespace_of(i): address_of(i) for i in range(nodes)})
    for number, (namespace, address) in enumerate(places.items()):
        connect(number, namespace, address)
    nft("add table bridge faults")
    nft("add chain bridge faults forward { type filter hook forward priority 0 ; }")


def connect(number, namespace, address):
    run("ip", "netns", "add", namespace)
    run("ip", "-n", HUB, "link", "add", f"to{number}", "type", "veth", "peer", "name", "eth", "netns", namespace)
    run("ip", "-n", HUB, "link", "set", f"to{number}", "master", "hub", "up")
    run("ip", "-n", namespace, "addr", "add", f"{address}/24", "dev", "eth")
    run("ip", "-n", namespace, "link", "set", "eth", "up")
    run("ip", "-n", namespace, "link", "set", "lo", "up")


def remove():
    for line in run("ip", "netns", "list", check=False).stdout.splitlines():
        name = line.split()[0]
        if name.startswith(PREFIX):
            run("ip", "netns", "del", name, check=False)


def nft(command):
    run("ip", "netns", "exec", HUB, "nft", command)


def cut(source, target):
    """One way."""
    nft(f"add rule bridge faults forward ip saddr {source} ip daddr {target} drop")


def cut_both_ways(one, other):
    cut(one, other)
    cut(other, one)


def lose(address, percent):
    """That share of all packets from and to the address. The kernel has no netem; this drops them just the same."""
    for side in ("saddr", "daddr"):
        nft(f"add rule bridge faults forward ip {side} {address} numgen random mod 100 < {percent} drop")


def heal():
    nft("flush chain bridge faults forward")
