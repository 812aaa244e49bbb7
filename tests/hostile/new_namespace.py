# Becomes root of namespaces of its own, to mount folders there and take masks away.
# ends: survives
import ctypes
import os
import signal

libc = ctypes.CDLL(None, use_errno=True)
for flag in (0x10000000, 0x00020000, 0x40000000, 0x20000000, 0x10000000 | 0x00020000):
    if libc.unshare(flag) == 0:
        print("LEAKED: unshare", hex(flag))
if libc.mount(b"none", b"/scratch", b"tmpfs", 0, None) == 0:
    print("LEAKED: mount")
if libc.umount2(b"/usr", 2) == 0:
    print("LEAKED: umount")
if libc.chroot(b"/proc/1/root") == 0:
    print("LEAKED: chroot")
pid = libc.syscall(56, 0x10000000 | signal.SIGCHLD, 0, 0, 0, 0) if os.uname().machine == "x86_64" else -1
if pid == 0:
    os._exit(0)
if pid > 0:
    print("LEAKED: clone into a user namespace")
if libc.ptrace(16, 1, 0, 0) == 0:
    print("LEAKED: attached to the first process")
