"""The cells of a lab in IPython as it comes, in a process that has everything imported: no sandbox, no tests, no engine.

    python -m benchmarks.bare LAB

Runs them once for each line of its standard input and answers with the seconds they took.
"""

from __future__ import annotations

import os
import sys
import time

from autograder import sandbox

if __name__ == "__main__":
    os.environ |= {
        name: value for name, value in sandbox.environment(os.getcwd(), "cpu").items() if name != "PYTHONPATH"
    }
    sys.path.insert(0, str(sandbox.WORKER))
    import torch
    import warmth
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output
    from traitlets.config import Config

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
    config = Config()
    config.HistoryManager.enabled = False  # a file of all cells, which nobody needs here
    shell = InteractiveShell.instance(config=config)
    warmth.warm_up(shell, device="any")
    for _ in sys.stdin:
        shell.reset(new_session=True)
        start = time.perf_counter()
        with capture_output():
            for source in cells:
                shell.run_cell(source, store_history=True).raise_error()
        print(time.perf_counter() - start, flush=True)
