"""Sessions: what an ordinary notebook gets, how a session ends, and that hostile code finds no way out."""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import json
import os
import re
import socket
import stat
import struct
import subprocess
import sys
import threading
import time
import tracemalloc
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder import sandbox, zygote
from autograder.child import Child, Pipes
from autograder.release import handout
from autograder.replies import clean, size
from autograder.session import Limits, Session, SessionDied
from helpers import wire
from helpers.driver import Case

HOSTILE = {path.stem: path.read_text() for path in sorted(Path(__file__).with_name("hostile").glob("*.py"))}
HOSTILE = {
    name: source for name, source in HOSTILE.items() if "\n# lab: " not in source
}  # those: tests/test_hostile_labs.py
LIMITS = Limits(
    cell_seconds=8, call_seconds=4, memory_bytes=1 << 30, processes=48, scratch_bytes=64 << 20,
    file_bytes=16 << 20, output_bytes=100_000, reply_bytes=8 << 20,
)  # fmt: skip
IMPATIENT = Limits(**{**LIMITS.__dict__, "cell_seconds": 1.0, "call_seconds": 1.0})
# Those that leave something running or changed, in the order in which one session meets them all.
DISTURBING = (
    "audit_hook", "import_hook", "signal_storm", "patched_torch", "changed_libraries_in_memory", "late_tricks",
    "tricks_of_the_collector", "orphans", "daemon_thread", "cell_hooks", "hidden_errors", "warning_errors", "patched_check",
)  # fmt: skip

TWICE = """
import ast
class Twice(ast.NodeTransformer):
    def visit_Constant(self, node):
        return ast.copy_location(ast.Constant(node.value * 2), node)
"""
ANSWERS_AFTER_ITS_END = """
import os, time
pipes = [int(fd) for fd in os.listdir('/proc/self/fd') if int(fd) >= 300]
if os.fork() == 0:
    os.setsid()
    for _ in range(200):
        for fd in pipes:
            try:
                os.write(fd, b'\\0')
            except OSError:
                pass
        time.sleep(0.05)
    os._exit(0)
os._exit(0)
"""
GRADES_UNTIL_KILLED = """
import sys, threading
from autograder import sandbox
from autograder.session import Session
if sys.argv[1] == "cold":
    sandbox._nests = lambda *road: "as if it could not"
with Session() as session:
    session.run("import ctypes, os, time; ctypes.CDLL(None).prctl(1, 0); os.fork()")
    threading.Timer(1, lambda: print(*session._child.family(), flush=True)).start()  # in the middle of the next cell
    session.run("time.sleep(50)")
"""
needs_sandbox = pytest.mark.skipif(sandbox.available() is not None, reason=str(sandbox.available()))


def ends(name: str) -> set[str]:
    """How a hostile file says its session may end: survives, or a reason of SessionDied."""
    line = HOSTILE[name].splitlines()[1]
    return set(line.removeprefix("# ends: ").replace(" or ", ", ").split(", "))


@pytest.fixture
def own_parent(monkeypatch):
    """The test's warm parent is one that starts behind a wall as the test changes it; no other test gets it."""
    monkeypatch.setattr(zygote, "_kept", {})
    yield
    zygote.close_all()


@pytest.fixture(scope="module")
def shared():
    """A session for all that leave it as it was."""
    if sandbox.available() is not None:
        pytest.skip(sandbox.available())
    with Session(LIMITS) as session:
        yield session


def text(outputs: list[dict]) -> str:
    """All that a reader would see of a cell's outputs."""
    parts = [output.get("text", "") for output in outputs]
    parts += [output["data"].get("text/plain", "") for output in outputs if "data" in output]
    return "".join(parts + [f"{o['ename']}: {o['evalue']}" for o in outputs if "ename" in o])


def world(session: Session) -> str:
    """The process namespace in which a session's processes live."""
    return os.readlink(f"/proc/{session._child.family()[-1]}/ns/pid")


def inhabitants(namespace: str) -> list[str]:
    """Processes of this machine that live in a namespace. Dead ones wait for the machine's first process, not for us."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state = (process / "stat").read_text().rpartition(")")[2].split()[0]
            if os.readlink(process / "ns/pid") == namespace and state not in "ZX":
                found.append(str(process))
    return found


def works(session: Session) -> None:
    """A session that survived takes a cell and a call as if nothing had been."""
    session.run("def double(x):\n    return 2 * x")
    outcome = session.call(Case("two", "double", {"y": ("n",)}, args=(torch.arange(3.0),)))
    assert outcome.error is None and outcome.arrays["y"].tolist() == [0, 2, 4]


# --- hostile code


@needs_sandbox
@pytest.mark.parametrize(
    "name", sorted(name for name in HOSTILE if ends(name) == {"survives"} and name not in DISTURBING)
)
def test_hostile_code_that_leaves_its_session_alive(shared, name):
    with socket.create_server(("127.0.0.1", 0)) as server:
        shared.run(f"CANARY_PORT = {server.getsockname()[1]}")
        outputs = shared.run(HOSTILE[name])
    assert "LEAKED" not in text(outputs)
    assert sum(len(str(output)) for output in outputs) < 3 * LIMITS.output_bytes
    works(shared)


@needs_sandbox
@pytest.mark.parametrize("name", sorted(name for name in HOSTILE if ends(name) != {"survives"}))
def test_hostile_code_that_may_end_its_session(name):
    with Session(IMPATIENT if "timeout" in ends(name) else LIMITS) as session:
        namespace, end = world(session), "survives"
        try:
            assert "LEAKED" not in text(session.run(HOSTILE[name]))
            assert "LEAKED" not in text(session.run("pass"))
        except SessionDied as death:
            end = death.reason
            assert death.detail.endswith(".") and "\n" not in death.detail
    assert end in ends(name)
    assert not inhabitants(namespace)


@needs_sandbox
def test_hostile_code_that_goes_on_after_its_cell():
    with Session(LIMITS) as session:
        namespace = world(session)
        for name in DISTURBING:
            works(session)
            assert "LEAKED" not in text(session.run(HOSTILE[name]))
        outcome = session.call(Case("any", "anything", {"y": ("n",)}, args=(torch.ones(2),)))
        assert outcome.arrays == {}  # a patched driver gives nothing, which the verdict, made outside, calls wrong
        assert len(inhabitants(namespace)) > 5
    assert not inhabitants(namespace)


@needs_sandbox
def test_the_graders_own_package_is_masked_where_it_is_installed(monkeypatch, own_parent):
    """As if `autograder` had been installed beside the libraries: nbgrader's folder stands for it."""
    installed = Path(importlib.util.find_spec("nbgrader").origin).parent
    monkeypatch.setattr(sandbox, "HERE", installed)
    with Session(LIMITS) as session:
        assert text(session.run(f"import os\nos.listdir({str(installed)!r})")) == "[]"


@needs_sandbox
def test_the_machine_is_as_it_was(shared):
    assert stat.filemode(os.stat("/dev/null").st_mode) == "crw-rw-rw-"
    assert text(shared.run("open('/proc/self/status').read().count('CapEff:\\t0000000000000000')")) == "1"


@needs_sandbox
def test_the_graders_environment_and_files_stay_outside(monkeypatch, tmp_path):
    monkeypatch.setenv("AUTOGRADER_CANARY", "secret")
    (tmp_path / "gradebook.db").write_text("grades")
    with Session(LIMITS) as session:
        assert "LEAKED" not in text(session.run(HOSTILE["read_environment"]))
        outputs = session.run(f"import os\nos.path.exists({str(tmp_path)!r}), os.path.exists({__file__!r})")
    assert text(outputs) == "(False, False)"


# --- ordinary notebooks


def test_outputs_are_those_of_a_notebook(shared):
    outputs = shared.run("import sys\nprint('a')\nprint('b')\nprint('c', file=sys.stderr)\nprint('d')\n6 * 7")
    streams = [(o["name"], o["text"]) for o in outputs if o["output_type"] == "stream"]
    assert streams == [("stdout", "a\nb\n"), ("stderr", "c\n"), ("stdout", "d\n")]
    assert outputs[-1]["output_type"] == "execute_result" and outputs[-1]["data"] == {"text/plain": "42"}


def test_rich_displays_and_suppressed_results(shared):
    source = "from IPython.display import HTML, display\ndisplay(HTML('<b>x</b>'))\nHTML('<i>y</i>');"
    (shown,) = shared.run(source)
    assert shown["output_type"] == "display_data" and shown["data"]["text/html"] == "<b>x</b>"


def test_pictures_come_back_as_text(shared):
    (shown,) = shared.run("display({'image/png': b'\\x89PNG', 'text/plain': 'p'}, raw=True)")
    assert shown["data"] == {"image/png": "iVBORw==", "text/plain": "p"}


def test_errors_have_a_plain_traceback(shared):
    (error,) = shared.run("1 / 0")
    assert (error["output_type"], error["ename"], error["evalue"]) == ("error", "ZeroDivisionError", "division by zero")
    assert "1 / 0" in "\n".join(error["traceback"]) and "\x1b" not in "".join(error["traceback"])
    (error,) = shared.run("def broken(:")
    assert error["ename"] == "SyntaxError"


def test_state_magics_shell_and_await(shared):
    shared.run("kept = 3")
    assert text(shared.run("kept + 1")) == "4"
    assert "Wall time" in text(shared.run("%time sum(range(10))"))
    assert text(shared.run("!echo from the shell")) == "from the shell\n"
    assert text(shared.run("listing = !echo one\nlisting")) == "['one']"
    assert text(shared.run("%%bash\necho in bash")) == "in bash\n"
    assert text(shared.run("import asyncio\nawait asyncio.sleep(0, 'awaited')")) == "'awaited'"
    assert "No matching distribution" in text(shared.run("%pip install nothing-of-this-name"))


def test_no_two_children_of_a_parent_draw_the_same():
    source = "import random, numpy, torch\n[random.random(), numpy.random.rand(), torch.rand(()).item()]"
    drawn = []
    for _ in range(2):
        with Session(LIMITS) as session:
            drawn.append(ast.literal_eval(text(session.run(source))))
    assert all(one != other for one, other in zip(*drawn, strict=True))


LOCKED = """
import ctypes, os, signal, threading
heard = []
signal.signal(signal.SIGUSR1, lambda *_: heard.append(1))
signal.raise_signal(signal.SIGUSR1)
libc, kind, lock, taken = ctypes.CDLL(None), ctypes.create_string_buffer(64), ctypes.create_string_buffer(64), []
libc.pthread_mutexattr_settype(kind, 1)  # whoever has it may have it again
libc.pthread_mutex_init(lock, kind)
libc.pthread_mutex_lock(lock)
threads = [threading.Thread(target=lambda: taken.append(libc.pthread_mutex_trylock(lock) == 0)) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(os.getpid(), threading.get_native_id(), heard, any(taken))
"""


def test_a_child_is_the_first_process_of_its_world_and_its_libraries_know(shared):
    # The C library gives a lock by the number of the thread; one that is out of date may be another thread's.
    assert shared.run(LOCKED)[0]["text"] == "1 1 [1] False\n"


def test_a_cell_means_what_it_means_to_ipython(shared):
    cells = [
        "", "x = 1", "\n\nx = 1\n", "  x = 1\n  y = 2", "%time 1", "x = !ls", "a = (1\n%b)", "len?", "# what?",
        "s = '''\n!ls\n'''", ">>> x = 1\n1", "%%bash\nls", "for i in a:\n    !echo {i}", "await f()", "x = 1;", "'\\d'",
        "if x:\n%time", "\tx", "!ls\nx = ?",
    ]  # fmt: skip
    source = f"""
from IPython.core.inputtransformer2 import TransformerManager
theirs, ours = TransformerManager(), get_ipython().input_transformer_manager
[cell for cell in {cells!r} if ours.transform_cell(cell) != theirs.transform_cell(cell)]
"""
    assert text(shared.run(source)) == "[]"
    # The lessons' cells, of which the parent knows it already.
    known = "len(ours.known) > 150, all(theirs.transform_cell(cell) == made for cell, made in ours.known.items())"
    assert text(shared.run(known)) == "(True, True)"
    shared.run("ours.line_transforms.append(lambda lines: [line.replace('forty', '42') for line in lines])")
    assert text(shared.run("forty")) == "42"
    shared.run("del ours.line_transforms[-1:]")


def test_a_lessons_own_cell_gives_what_it_gives_where_nobody_knows_it():
    cells = [cell.source for cell in handout("01_self_attention").cells if cell.cell_type == "code"]
    used = "len(get_ipython().compile.used)"
    with Session(LIMITS) as known, Session(LIMITS) as unknown:
        for cell in cells:
            for session in (known, unknown):
                session.run("import torch; torch.manual_seed(0)")
            # A figure has an id, drawn by chance.
            first, second = (
                re.sub("[0-9a-f]{32}", "", json.dumps(o)) for o in (known.run(cell), unknown.run(cell + " "))
            )
            assert first == second, cell
        assert (text(known.run(used)), text(unknown.run(used))) == (f"{len(set(cells))}", "0")


def test_a_cell_is_run_as_it_is_compiled(shared):
    shared.run("import warnings\nkept = warnings.filters[:]\nwarnings.simplefilter('always')")
    assert [shared.run(cell)[0]["text"].count("Warning:") for cell in ("x = '\\d'", "x = 1 is 1")] == [1, 1]
    shared.run("warnings.filters[:] = kept")
    shared.run("from __future__ import annotations\ndef early(x: not_there) -> None: pass")
    assert text(shared.run("def late(x: not_there) -> None: pass\nlate.__annotations__['x']")) == "'not_there'"
    shared.run("async def numbers():\n    yield 1\n    yield 2")
    assert text(shared.run("[number async for number in numbers()]")) == "[1, 2]"
    assert text(shared.run("asynchronous = 'awaited'\nasynchronous")) == "'awaited'"
    shared.run(TWICE + "get_ipython().ast_transformers.append(Twice())")
    assert [text(shared.run("4")) for _ in range(2)] == ["8", "8"]
    # Nor is a lesson's own cell what it was then; and one that was run is parsed anew.
    lesson = {cell.source for cell in handout("01_self_attention").cells if cell.source.startswith("m, h = 768, 12")}
    twice = [text(shared.run(*lesson)) for _ in range(2)]
    shared.run("get_ipython().ast_transformers.clear()")
    once = [text(shared.run(*lesson)) for _ in range(2)]
    assert twice[0] == twice[1] != once[0] == once[1]
    with Session(LIMITS) as session:  # it may be changed as late as that
        session.run(TWICE + "def late(info):\n    get_ipython().ast_transformers[:] = [Twice()]\n"
                    "get_ipython().events.register('pre_run_cell', late)")  # fmt: skip
        assert text(session.run(*lesson)) == twice[0]


def test_of_a_lessons_cells_only_those_are_kept_that_leave_others_as_they_are(shared):
    cells = ["x = 1", "from __future__ import annotations\nx: y = 1", "x = 1 is 1", "x = (", "'\\d'", "%time 1"]
    shared.run("import compiling\nours = compiling.Compiler()\nours.shell = get_ipython()")
    shared.run(f"compiling.Transformer(ours).learn({cells!r})")
    assert text(shared.run("[*ours.trees], ours.flags == compiling.Compiler().flags")) == (
        "(['x = 1\\n', \"get_ipython().run_line_magic('time', '1')\\n\"], True)"
    )


def test_a_process_that_has_ended_is_not_waited_for_while_something_else_answers():
    limits = Limits(**{**LIMITS.__dict__, "cell_seconds": 4.0})
    with Session(limits, sandbox="none") as session, pytest.raises(SessionDied) as death:
        session.run(ANSWERS_AFTER_ITS_END)
    assert death.value.reason == "killed"


def test_what_had_come_before_a_session_was_closed_is_not_read_any_more():
    with Session(LIMITS) as session:
        outputs = session.run_all(["1", "2", "3"])
        next(outputs)
        session.close()
        with pytest.raises(SessionDied):
            next(outputs)


def test_what_cells_define_is_in_main_and_can_be_inspected(shared):
    shared.run("import inspect, pickle\nclass Own:\n    x = 1\ndef own():\n    pass")
    source = "Own.__module__, inspect.getsource(own)[:7], type(pickle.loads(pickle.dumps(Own()))) is Own"
    assert text(shared.run(source)) == "('__main__', 'def own', True)"


def test_input_is_refused(shared):
    assert "cannot be used here" in text(shared.run("input('name? ')"))
    assert "cannot be used here" in text(shared.run("import getpass\ngetpass.getpass()"))
    assert "EOF" in text(shared.run("import sys\nsys.stdin.readline() or 'EOF'"))


def test_leaving_and_interrupting_end_a_cell_only(shared):
    assert text(shared.run("import sys\nsys.exit(3)")) == "SystemExit: 3"
    assert "KeyboardInterrupt" in text(shared.run("raise KeyboardInterrupt"))
    shared.run("def leave(x):\n    raise SystemExit(4)\ndef interrupt(x):\n    raise KeyboardInterrupt")
    for target, kind in (("leave", "SystemExit"), ("interrupt", "KeyboardInterrupt")):
        outcome = shared.call(Case("a", target, {"y": ()}, args=(1,)))
        assert outcome.error["type"] == kind


def test_output_beyond_the_limit_is_dropped_and_says_so(shared):
    outputs = shared.run("print('start')\nfor _ in range(200): print('x' * 10_000)")
    assert outputs[0]["text"].startswith("start") and len(text(outputs)) < LIMITS.output_bytes + 200
    assert "was dropped" in outputs[-1]["text"]
    assert text(shared.run("print('next')")) == "next\n"


def test_output_beyond_the_limit_takes_no_memory(shared):
    more = LIMITS.memory_bytes // 10_000 + 1
    shared.run(f"import sys\nfor _ in range({more}): print('x' * 5_000); print('x' * 5_000, file=sys.stderr)")
    assert text(shared.run("print('next')")) == "next\n"


def test_calls_take_and_give_arrays(shared):
    shared.run("def pair(x, scale=1):\n    print('unseen')\n    return x * scale, x.sum()")
    case = Case("p", "pair", {"y": ("b", "t"), "s": ()}, args=(torch.ones(2, 3),), kwargs={"scale": 4}, gradients=True)
    outcome = shared.call(case)
    assert outcome.arrays["y"].tolist() == [[4.0] * 3] * 2 and outcome.arrays["s"].item() == 6
    missing = shared.call(Case("m", "not_there", {"y": ()}, args=()))
    assert "not defined" in missing.error["message"]


def test_hostile_return_values_are_refused_or_harmless(shared):
    shared.run(HOSTILE["lying_tensor"])
    outcome = shared.call(Case("l", "attention_weights", {"w": ("n",)}, args=(torch.ones(1),)))
    assert outcome.error or type(outcome.arrays["w"]) is torch.Tensor
    shared.run("import torch\ndef vast(x):\n    return torch.zeros(1).expand(10**12)")
    assert shared.call(Case("v", "vast", {"y": ("n",)}, args=(torch.ones(1),))).error


# --- limits, and how sessions end


def test_timeouts_name_what_ran_too_long():
    with Session(IMPATIENT) as session:
        with pytest.raises(SessionDied) as death:
            session.run("import time\ntime.sleep(60)")
        assert (death.value.reason, death.value.detail) == ("timeout", "The cell ran longer than 1 s.")
        with pytest.raises(SessionDied):  # it stays dead, for the same reason
            session.run("1")
    with Session(IMPATIENT) as session:
        session.run("import time\ndef slow(x):\n    time.sleep(60)")
        with pytest.raises(SessionDied, match="The call ran longer"):
            session.call(Case("s", "slow", {"y": ()}, args=(1,)))


@pytest.mark.parametrize("warm", [True, False])
def test_processor_time_is_limited(monkeypatch, warm):
    if not warm:
        monkeypatch.setattr(sandbox, "_nests", lambda *road: "as if it could not")
    with (
        Session(Limits(cpu_seconds=1, cell_seconds=20)) as session,
        pytest.raises(SessionDied, match="processor time") as death,
    ):
        session.run("while True: pass")
    assert death.value.reason == "timeout"


@pytest.mark.parametrize(
    "forged",
    [
        b"",
        b"not a frame at all",
        struct.pack(">Q", 5) + b"short",
        struct.pack(">Q", (1 << 63) - 1),
        b"[1, 2]",
        b'{"id": "0"}',
        b'{"outputs": []}',
        b"[" * 100_000,
        b'{"id": ' + b"9" * 10_000 + b"}",
    ],
    ids=range(9),
)
def test_replies_that_are_not_replies_are_deadly_and_harmless(forged):
    """As if the worker had been taken over: every one of these is sent as the answer to a request."""
    if forged[:1] in (b"[", b"{"):
        forged = frame(forged)
    death = death_by(forged, IMPATIENT)
    assert death.reason in ("protocol", "killed") and "\n" not in death.detail


def frame(header, names=b"{}"):
    packed = struct.pack(">Q", len(header)) + header + struct.pack("<Q", len(names)) + names
    return struct.pack(">Q", len(packed)) + packed


def death_by(forged, limits):
    """How a session ends to which this is sent as the answer to its first request."""
    pipes = Pipes()
    requests, replies, _ = pipes.theirs
    session = Session(limits)
    session._child = Puppet(pipes)

    def answer():
        os.read(requests, 1 << 16)
        with contextlib.suppress(BrokenPipeError), os.fdopen(replies, "wb") as file:
            file.write(forged)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    with pytest.raises(SessionDied) as death:
        session.run("1")
    thread.join()
    return death.value


@pytest.mark.parametrize("kind", ["lists", "objects", "arrays"])
def test_a_reply_that_would_grow_when_it_is_read_is_not_read(kind):
    empty = b'"%x":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}'
    forged = {
        "lists": lambda: frame(b'{"outputs":[' + b"[]," * 2_000_000 + b"0]}"),
        "objects": lambda: frame(b'{"outputs":[' + b"{}," * 2_000_000 + b"0]}"),
        "arrays": lambda: frame(b"{}", b"{" + b",".join(empty % number for number in range(100_000)) + b"}"),
    }[kind]()
    tracemalloc.start()
    try:
        assert death_by(forged, Limits(cell_seconds=30)).reason == "protocol"
        assert tracemalloc.get_traced_memory()[1] < 8 * len(forged)
    finally:
        tracemalloc.stop()


def test_what_a_cell_prints_is_no_structure():
    with Session(Limits()) as session:
        (shown,) = session.run("print(',' * 1_000_000 + '[{:' * 10_000)")
    assert len(shown["text"]) == 1_030_001


class Puppet(Child):
    """Stands for a process whose pipes the test holds."""

    def family(self):
        return []

    def ended(self, seconds=0.0):
        return None


def test_an_answer_before_the_question_is_deadly():
    with Session(LIMITS) as session:
        source = "import os\nfor fd in range(3, 1024):\n    try: os.write(fd, b'x')\n    except OSError: pass"
        with pytest.raises(SessionDied) as death:
            session.run(source)
            session.run("1")
    assert death.value.reason == "protocol"


def test_outputs_are_cleaned_of_what_notebooks_do_not_have():
    assert clean({"output_type": "update_display_data"}) is None
    assert clean("text") is None and clean({"output_type": ["stream"]}) is None
    assert clean({"output_type": "stream", "name": "stdout", "text": 3, "x": 1}) == {
        "output_type": "stream", "name": "stdout", "text": "",
    }  # fmt: skip
    shown = clean(
        {"output_type": "display_data", "data": {"text/plain": "\ud800", "x": {"y": 1}}, "metadata": {"a": 1}}
    )
    assert shown == {"output_type": "display_data", "data": {"text/plain": "?"}, "metadata": {}}
    assert (
        clean({"output_type": "execute_result", "data": {"t": "1"}, "execution_count": True})["execution_count"] is None
    )
    assert clean({"output_type": "error", "ename": "\x1b[31mE\x1b[0m", "traceback": "no list"})["ename"] == "E"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["text/plain", "stdout"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KINDS = st.sampled_from(["stream", "display_data", "execute_result", "error", "pyout"])
FIELDS = st.sampled_from(
    ["name", "text", "data", "metadata", "execution_count", "ename", "evalue", "traceback", "more"]
)
PLAUSIBLE = st.sampled_from(
    ["stdout", 1, -1, 10**9, ["a", 1], {"text/plain": "1"}, {"application/json": "1"}, {"x+json": ""}]
)


@settings(suppress_health_check=[HealthCheck.too_slow])  # the first draw of a process makes tables of all characters
@given(KINDS, st.dictionaries(FIELDS, PLAUSIBLE | ANYTHING))
def test_what_is_left_of_an_output_is_valid_in_a_notebook(kind, fields):
    output = clean(fields | {"output_type": kind})
    cell = {"cell_type": "code", "id": "a", "source": "", "metadata": {}, "execution_count": None}
    cells = [cell | {"outputs": [output] if output else []}]
    nbformat.validate(nbformat.from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}))
    if output:  # in a file a sign may take six
        assert len(json.dumps(output, ensure_ascii=False).encode()) <= 6 * size(output) + 200


@needs_sandbox
@pytest.mark.parametrize("name", ["orphans", "kill_everything", "read_environment", "other_memory", "write_libraries"])
def test_a_sandbox_started_from_nothing_holds_as_well(monkeypatch, name):
    """Where a warm parent cannot wall off its children, each notebook gets a sandbox of bubblewrap's own."""
    monkeypatch.setattr(sandbox, "_nests", lambda *road: "as if it could not")
    with Session(LIMITS) as session:
        namespace = world(session)
        with contextlib.suppress(SessionDied):
            works(session)
            assert "LEAKED" not in text(session.run(HOSTILE[name]))
            works(session)
    assert not inhabitants(namespace)


@needs_sandbox
@pytest.mark.parametrize("start", ["warm", "cold"])
def test_nothing_outlives_a_grader_that_is_killed(start):
    command = [sys.executable, "-c", GRADES_UNTIL_KILLED, start]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]) as grader:
        members = [Path("/proc", pid) for pid in grader.stdout.readline().split()]
        assert len(members) >= 2 and all(member.exists() for member in members)
        grader.kill()
    deadline = time.monotonic() + 10
    while any(member.exists() for member in members) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [member for member in members if member.exists()]


@needs_sandbox
def test_a_child_made_ahead_is_not_given_out_when_its_parent_has_ended(own_parent):
    with Session(LIMITS):
        parent = zygote._kept["cpu"]
    ahead = parent._ahead.child()
    parent._ahead = SimpleNamespace(is_as=lambda order: True, child=lambda: ahead, drop=lambda: None)
    parent._process.kill()
    assert ahead.ended(10) is not None
    with Session(LIMITS) as session:
        assert text(session.run("1 + 1")) == "2"
    assert zygote._kept["cpu"] is not parent


@needs_sandbox
def test_an_interpreter_may_live_in_a_folder_that_students_write_to(monkeypatch, tmp_path, own_parent):
    """As in a clone under /tmp: what Python needs stays visible there and read-only, and all else is out of sight."""
    library, other = tmp_path / "library", tmp_path / "other"
    library.mkdir(), other.mkdir()
    (library / "needed.py").write_text("answer = 42")
    if not tmp_path.is_relative_to("/tmp"):
        pytest.skip("temporary files are kept elsewhere here")
    visible = sandbox._visible()
    monkeypatch.setattr(sandbox, "_visible", lambda: [*visible, library])
    with Session(LIMITS) as session:
        source = f"import os, sys\nsys.path.append({str(library)!r})\nimport needed\nneeded.answer, os.listdir({str(tmp_path)!r})"
        assert text(session.run(source)) == "(42, ['library'])"
        assert "Read-only" in text(session.run(f"open({str(library / 'x')!r}, 'w')"))
        session.run(f"open({str(tmp_path.parent / 'mine')!r}, 'w').write('x')")
    assert not (tmp_path.parent / "mine").exists()


def test_without_a_sandbox_what_else_the_user_runs_takes_no_process_from_a_notebook():
    done = threading.Event()
    others = [threading.Thread(target=done.wait) for _ in range(60)]
    for other in others:
        other.start()
    try:
        with Session(LIMITS, sandbox="none") as session:
            assert text(session.run("import subprocess; subprocess.run(['true']).returncode")) == "0"
    finally:
        done.set()


def test_closing_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    session = Session(LIMITS)
    session.start()
    namespace, descriptors = world(session), len(os.listdir("/proc/self/fd"))
    session.close()
    session.close()
    assert not inhabitants(namespace) and not list(tmp_path.iterdir())
    assert len(os.listdir("/proc/self/fd")) < descriptors
    with pytest.raises(SessionDied, match="closed"):
        session.run("1")


def test_without_a_sandbox_the_same_worker_runs_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Session(LIMITS, sandbox="none") as session:
        assert text(session.run("1 + 1")) == "2"
        works(session)
        assert "MemoryError" in text(session.run("bytearray(40 << 30)"))
        (mark,) = tmp_path.iterdir()
        stray = int(text(session.run("import subprocess as s\ns.Popen(['sleep', '300'], start_new_session=True).pid")))
    assert not list(tmp_path.iterdir()) and mark.name.startswith("autograder-")
    assert not os.path.exists(f"/proc/{stray}") or "Z" in Path(f"/proc/{stray}/stat").read_text()


def test_no_sandbox_is_one_clear_line(monkeypatch):
    monkeypatch.setattr(sandbox, "_road", lambda device: (None, "bubblewrap is not installed"))
    with pytest.raises(sandbox.SandboxUnavailable) as refusal:
        Session(LIMITS).start()
    line = str(refusal.value)
    assert "bubblewrap is not installed" in line and "--sandbox none" in line and "\n" not in line
    assert sandbox.available() == line
    with pytest.raises(ValueError, match="'auto' or 'none'"):
        Session(LIMITS, sandbox="maybe").start()


def test_a_worker_that_cannot_start_says_why(tmp_path, monkeypatch):
    (tmp_path / "helpers").mkdir()
    (tmp_path / "helpers" / "__init__.py").write_text("raise RuntimeError('broken on purpose')")
    monkeypatch.setattr(sandbox, "_helpers", lambda: tmp_path / "helpers")
    with pytest.raises(sandbox.SandboxUnavailable, match="broken on purpose") as refusal:
        Session(LIMITS, sandbox="none").start()
    assert "\n" not in str(refusal.value)


def test_answers_to_an_earlier_lab_can_be_read_only_where_a_later_one_builds_on_them():
    peek = "import glob, helpers\nfiles = glob.glob(helpers.__path__[0] + '/**/given*', recursive=True)\n"
    peek += "for name in files:\n    try: print('LEAKED' if open(name, 'rb').read() else 'empty')\n    except OSError: print('shut')\n"
    with Session(LIMITS) as session:
        assert session.run("from helpers.given import SelfAttention")[0]["ename"] in (
            "ImportError",
            "ModuleNotFoundError",
        )
        assert "LEAKED" not in text(session.run(peek))
    with Session(LIMITS, given=True) as session:
        assert session.run("from helpers.given import SelfAttention") == []


def test_a_display_that_is_drawn_anew_stays_one_output():
    with Session(LIMITS) as session:
        outputs = session.run(
            "handle = display('first', display_id=True)\nprint('then')\nfor i in range(1000): handle.update(f'{i} steps')"
        )
    assert [one["output_type"] for one in outputs] == ["display_data", "stream"]
    assert outputs[0]["data"]["text/plain"] == "'999 steps'"


def test_frames_of_cases_survive_the_way():
    spec, tensors = Case("c", "f", {"y": ("n",)}, args=(torch.arange(3), 2), state={"w": torch.ones(1)}).to_wire()
    header, arrays = wire.unpack(wire.pack({"case": spec}, tensors))
    back = Case.from_wire(header["case"], arrays)
    assert back.args[0].tolist() == [0, 1, 2] and back.args[1] == 2 and back.state["w"].item() == 1
