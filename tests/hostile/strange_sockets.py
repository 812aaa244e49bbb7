# Opens sockets of every family: some of them (vsock, Bluetooth, crypto) know nothing of the walls between networks.
# ends: survives
import socket

ORDINARY = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK)
for family in set(range(64)) - set(map(int, ORDINARY)):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
        try:
            socket.socket(family, kind).close()
            print("LEAKED: a socket of family", family)
        except OSError:
            pass
for family in (socket.AF_INET, socket.AF_INET6):
    try:
        socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_ICMP).close()
        print("LEAKED: a raw socket")
    except OSError:
        pass
