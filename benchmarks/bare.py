"""The cells of a lab in a process that has everything imported, with nothing around them: no sandbox, no tests.

    python -m benchmarks.bare LAB

Runs them once for each line of its standard input and answers with the seconds they took.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import time

from autograder import sandbox

if __name__ == "__main__":
    os.environ |= {
        name: value for name, value in sandbox.environment(os.getcwd(), "cpu").items() if name != "PYTHONPATH"
    }
    sys.path.insert(0, str(sandbox.WORKER))
    import inside
    import torch
    import warmth

    from autograder.lessons import grade_id, long_cells
    from autograder.release import instructor_notebook

    lab = sys.argv[1]
    cells = [
        cell.source
        for cell in instructor_notebook(lab).cells
        if cell.cell_type == "code"
        and cell.source.strip() not in long_cells(lab)
        and not (grade_id(cell) or "").startswith("test_")
    ]
    torch.set_num_threads(1)
    shell = inside.make_shell()
    warmth.warm_up(shell)
    inside.record.limit = 1 << 20
    for _ in sys.stdin:
        shell.reset(new_session=True)
        start = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            for source in cells:
                inside.record.begin()
                done = shell.run_cell(source, store_history=True)
                done.raise_error()
                inside.record.end()
        print(time.perf_counter() - start, flush=True)
