"""A small system-call filter: what a student's process has no use for, and what would lead around its limits.

Namespaces of its own would let it mount folders of any size; anonymous files, shared memory without a name and pages
given to a pipe hold memory that no limit counts; watches and leases reach files, and leases the people, outside; the
rest are doors into the kernel that a lesson never needs. Refused calls fail with an ordinary error.
"""

from __future__ import annotations

import errno
import platform
import struct
from functools import lru_cache

# name: (number on x86-64, number on AArch64); -1 where it does not exist
REFUSED = {
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41),
    "chroot": (161, 51), "move_mount": (429, 429), "open_tree": (428, 428), "fsopen": (430, 430),
    "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442), "shmget": (29, 194),
    "msgget": (68, 186), "semget": (64, 190),
    "memfd_secret": (447, 447), "ptrace": (101, 117), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219), "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264), "quotactl": (179, 60), "syslog": (103, 116), "swapon": (167, 224),
    "acct": (163, 89), "kexec_load": (246, 104), "init_module": (175, 105), "finit_module": (313, 273),
    "vmsplice": (278, 75), "io_setup": (206, 0), "inotify_init": (253, -1), "inotify_init1": (294, 26),
    "fanotify_init": (300, 262), "open_tree_attr": (467, 467), "sched_setaffinity": (203, 122),
}  # fmt: skip
CLONE, CLONE3, MEMFD_CREATE = (56, 220), (435, 435), (319, 279)
MMAP, FCNTL, SOCKET, SETSID, PRCTL = (9, 222), (72, 25), (41, 198), (112, 157), (157, 167)
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column above, audit name
THREAD, FILES = 0x10000, 0x400  # CLONE_*: in the same process, with the same descriptors
NAMESPACES = 0x7E020000  # CLONE_NEW*: mount, cgroup, uts, ipc, user, pid, net

SHARED_WITHOUT_A_FILE = 0x21  # flags of mmap(2)
SET_LEASE = 1024
DEATH_SIGNAL = 1  # of prctl(2)
FAMILIES = (1, 2, 10, 16)  # of sockets: Unix, IPv4, IPv6, and netlink, by which programs ask for addresses

LOAD, AND, EQUAL, ANY_BIT, AT_LEAST, RETURN = 0x20, 0x54, 0x15, 0x45, 0x35, 0x06
NUMBER, ARCHITECTURE, FIRST_ARGUMENT, SECOND_ARGUMENT, FOURTH_ARGUMENT = 0, 4, 16, 24, 40  # offsets in what it is shown
ALLOW, KILL, FAIL = 0x7FFF0000, 0x80000000, 0x00050000


@lru_cache
def program(memfd: bool = False, machine: str | None = None) -> bytes:
    """The filter as bubblewrap takes it, empty for a machine it does not know.

    memfd: whether anonymous files, and memory shared without a file, stay allowed (CUDA's driver wants them).
    """
    column, audit = MACHINES.get(machine or platform.machine(), (0, 0))
    if not audit:
        return b""
    steps = [_step(LOAD, ARCHITECTURE), _step(EQUAL, audit, 1, 0), _step(RETURN, KILL), _step(LOAD, NUMBER)]
    if column == 0:  # x32 calls go by other numbers: refuse them all
        steps += [_step(AT_LEAST, 0x40000000, 0, 1), _step(RETURN, FAIL | errno.ENOSYS)]
    refused = [numbers[column] for numbers in REFUSED.values() if numbers[column] >= 0]
    refused += [] if memfd else [MEMFD_CREATE[column]]
    for number in refused:
        steps += [_step(EQUAL, number, 0, 1), _step(RETURN, FAIL | errno.EPERM)]
    # clone3 hides its flags behind a pointer; without it the C library falls back to clone, whose flags show.
    steps += [_step(EQUAL, CLONE3[column], 0, 1), _step(RETURN, FAIL | errno.ENOSYS)]
    # A new session is said to be there and is not: the kernel deals out the processor by sessions, one share to each.
    steps += [_step(EQUAL, SETSID[column], 0, 1), _step(RETURN, FAIL)]
    # Shared memory without a file stays when its pages are given back by all, and counts for none of them from then on.
    sharing = [_step(AND, SHARED_WITHOUT_A_FILE), _step(EQUAL, SHARED_WITHOUT_A_FILE, 0, 1)]
    sharing += [_step(RETURN, FAIL | errno.ENOMEM)]
    steps += [] if memfd else _when(MMAP[column], FOURTH_ARGUMENT, sharing)
    # Who holds a lease on a file of his lets everybody wait who opens it, the grader among them.
    steps += _when(FCNTL[column], SECOND_ARGUMENT, [_step(EQUAL, SET_LEASE, 0, 1), _step(RETURN, FAIL | errno.EPERM)])
    # The first process of a sandbox ends with its grader; who asks to be spared is told yes, and is not.
    steps += _when(PRCTL[column], FIRST_ARGUMENT, [_step(EQUAL, DEATH_SIGNAL, 0, 1), _step(RETURN, FAIL)])
    # Some kinds of sockets know nothing of network namespaces: by vsock a virtual machine speaks with its host.
    known = [_step(EQUAL, family, len(FAMILIES) - number, 0) for number, family in enumerate(FAMILIES)]
    steps += _when(SOCKET[column], FIRST_ARGUMENT, [*known, _step(RETURN, FAIL | errno.EAFNOSUPPORT)])
    # Namespaces; and threads with descriptors of their own, which nobody would count.
    cloning = [_step(ANY_BIT, NAMESPACES, 0, 1), _step(RETURN, FAIL | errno.EPERM)]
    cloning += [_step(AND, THREAD | FILES), _step(EQUAL, THREAD, 0, 1), _step(RETURN, FAIL | errno.EPERM)]
    steps += _when(CLONE[column], FIRST_ARGUMENT, cloning)
    steps += [_step(RETURN, ALLOW)]
    return b"".join(steps)


def _when(number: int, argument: int, steps: list[bytes]) -> list[bytes]:
    """Steps for one call, about one of its arguments; whoever comes out of them is allowed."""
    steps = [_step(LOAD, argument), *steps, _step(RETURN, ALLOW)]
    return [_step(EQUAL, number, 0, len(steps)), *steps]


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
