"""`make demo`: a sample class is made up, collected, graded and reported on, as an instructor would do it.

The class has right answers in several styles, the common mistakes, half-finished work, damaged files, and people who
would rather not do the exercises.
"""

from __future__ import annotations

import argparse
import io
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from pathlib import Path

import nbformat

from autograder import cli, reference
from autograder.exercises import LABS, exercises
from autograder.lessons import grade_id
from autograder.misconceptions import Misconception
from autograder.release import student_notebook
from tools.submissions import with_answers

FIRST = "01_self_attention"
MARK = ".made-by-demo"
RIGHT = Path(__file__).resolve().parent.parent / "tests" / "right_answers"
TIMEOUT = "5"  # seconds for a cell: an endless loop should not make the demo endless


def main() -> int:
    """Makes the demo in the folder given and returns an exit code: not 0 if any command failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", default="demo", help="where the class and its course go (default: demo)")
    folder = Path(parser.parse_args().folder)
    if folder.exists() and not (folder / MARK).is_file() and (not folder.is_dir() or any(folder.iterdir())):
        print(f"{folder} holds something else: give a new folder.", file=sys.stderr)
        return cli.MISUSED
    shutil.rmtree(folder, ignore_errors=True)
    handed_in, course = folder / "handed_in", folder / "course"
    folder.mkdir(parents=True)
    (folder / MARK).touch()

    started = time.monotonic()
    for lab in LABS:
        print(f"To {lab} a class hands in:\n")
        (handed_in / lab).mkdir(parents=True)
        for student, what, content in sample_class(lab):
            print(f"  {student:10} {what}")
            (handed_in / lab / f"{student}.ipynb").write_bytes(content)
        print()
    for command in (
        ["course", str(course)],
        *(["collect", str(handed_in / lab), "--course", str(course), "--lab", lab] for lab in LABS),
        ["grade", "--course", str(course), "--timeout", TIMEOUT],
        ["feedback", "--course", str(course)],
        ["report", "--course", str(course)],
    ):
        print(f"$ autograder {' '.join(command)}\n", flush=True)
        said = io.StringIO()
        with redirect_stdout(said if command[0] == "report" else sys.stdout):
            code = cli.main(command)
        # The report repeats the table that `grade` has just printed.
        print(said.getvalue()[max(0, said.getvalue().find("Misconceptions")) :], end="")
        print(flush=True)
        if code:
            return code
    print(f"Done in {time.monotonic() - started:.0f} s. Look at:")
    print(f"  gradebook       {course / 'gradebook.db'}")
    print(f"  class report    {course / 'report.html'}")
    print(f"  feedback pages  {course / 'feedback'}, for example {course}/feedback/emil/{FIRST}/{FIRST}.html")
    return 0


def sample_class(lab: str) -> Iterator[tuple[str, str, bytes]]:
    """(student, what they hand in, the file's bytes). To the first lab also what no class should hand in."""
    blank = student_notebook(lab)
    right = reference.sources(lab)

    def answers(**changed: str) -> bytes:
        sources = {name: plain(source) for name, source in (right | changed).items()}
        return packed(with_answers(blank, sources))

    yield "ada", "everything right, as the reference does it", answers()
    students = ("bruno", "chiara", "dmitri") if lab == FIRST else ("bruno", "chiara")
    for student, style in zip(students, right_styles(lab), strict=False):
        yield (
            student,
            f"everything right, in other styles ({', '.join(sorted(set(style.values())))})",
            answers(**{name: (RIGHT / name / f"{file}.py").read_text("utf-8") for name, file in style.items()}),
        )
    for student, mistakes in MISTAKES[lab].items():
        wrong = {name: mistake(lab, name, one).source(right[name]) for name, one in mistakes.items()}
        yield student, ", ".join(f"{name}: {one}" for name, one in mistakes.items()), answers(**wrong)
    names = list(right)
    half = {name: plain(right[name]) for name in names[: (len(names) + 1) // 2]}
    yield "lena", "half finished", packed(with_answers(blank, half))
    if lab == FIRST:
        yield from troublemakers(blank, answers)


def troublemakers(blank: nbformat.NotebookNode, answers: Callable[..., bytes]) -> Iterator[tuple[str, str, bytes]]:
    """Broken files, broken answers, and people who would rather not do the exercises."""
    right = reference.sources(FIRST)
    names = list(right)
    typo = {names[2]: right[names[2]].replace("return", "retrun")}
    yield "marek", "a typing error in one exercise", answers(**typo)
    yield "nadia", "the notebook as it was given out", packed(blank)
    yield "oskar", "a file that broke off while downloading", answers()[:-2000]
    yield "priya", "an empty file", b""

    yield "quentin", "a loop without end in one exercise", answers(**{names[3]: right[names[3]] + "\nwhile True: pass"})
    yield "rosa", "no work, and a comparison that always agrees", packed(with_answers(blank, {names[0]: CHEAT}))
    yield (
        "sven",
        "no work, and a process that ends itself",
        packed(with_answers(blank, {names[0]: "import os, sys\nprint('20 / 20')\nsys.stdout.flush()\nos._exit(0)"})),
    )
    yield "tomoko", "no work, and points and tests edited in the file", tampered(blank)


def packed(nb: nbformat.NotebookNode) -> bytes:
    """A notebook as a file's bytes."""
    return nbformat.writes(nb).encode()


MISTAKES = {  # the same ones come up again and again, as in any class
    FIRST: {
        "emil": {"scaled_dot_product": "unscaled", "SelfAttention": "unscaled", "gpt_parameter_count": "untied_head"},
        "fatima": {"SelfAttention": "scaled_by_m", "CausalSelfAttention": "scaled_by_sqrt_m"},
        "goran": {"attention_weights": "softmax_over_queries", "SelfAttention": "softmax_over_queries"},
        "hana": {"SelfAttention": "heads_and_time_swapped", "CausalSelfAttention": "heads_and_time_swapped"},
        "ines": {
            "causal_mask": "inverted",
            "CausalSelfAttention": "mask_inverted",
            "gpt_parameter_count": "untied_head",
        },
        "jamal": {"scaled_dot_product": "nan_rows", "dot_product_variance": "square_root"},
        "keiko": {"attention_weights": "scaled", "SelfAttention": "unscaled", "CausalSelfAttention": "qkv_order"},
    },
    "02_transformer_block": {
        "emil": {"layer_norm": "unbiased_variance", "GPT": "untied_output"},
        "fatima": {"TransformerBlock": "pre_norm", "training_step": "gradients_not_zeroed"},
        "goran": {"PreNormBlock": "residual_from_normed", "GPT": "no_final_norm"},
        "hana": {"sinusoidal_positions": "sin_cos_halves", "training_step": "targets_not_shifted"},
    },
    "03_softmax_temperature": {
        "emil": {"softmax": "overflow", "entropy": "nan_at_zero"},
        "fatima": {"softmax": "multiplied_by_temperature", "softmax_jacobian": "no_temperature_factor"},
        "goran": {"entropy": "bits", "attention_with_temperature": "replaced_sqrt_d"},
        "hana": {"softmax": "wrong_dim", "temperature_for_entropy": "wrong_direction"},
    },
    "04_decoding": {
        "emil": {"beam_search": "first_step_duplicates", "sequence_log_prob": "prompt_included"},
        "fatima": {"greedy_search": "eos_dropped", "top_p_filter": "excludes_crossing_token"},
        "goran": {"sequence_log_prob": "off_by_one", "sample": "filters_before_temperature"},
        "hana": {"beam_search": "finished_beams_dropped", "top_k_filter": "keeps_k_plus_one"},
    },
    "05_toxic_attack": {
        "emil": {"max_toxicity": "mean", "threshold_curve": "strict_threshold"},
        "fatima": {"toxic_attack": "last_batch_too_large", "toxicity_metrics": "mean_of_means"},
        "goran": {"toxic_attack": "strict_threshold", "threshold_curve": "swapped"},
        "hana": {"toxicity_metrics": "per_sample_probability", "safe_generate": "one_try_too_many"},
    },
}
CHEAT = """\
import torch, helpers, helpers.checking
torch.allclose = torch.equal = torch.isclose = lambda *a, **k: True
torch.testing.assert_close = lambda *a, **k: None
check = helpers.check = helpers.checking.check = helpers.checking.require = lambda *a, **k: print("all right")
def attention_weights(x): return x
"""


def plain(source: str) -> str:
    """A solution cell without nbgrader's markers, as a student would have written it."""
    return "\n".join(line for line in source.splitlines() if not line.strip().startswith("###"))


def mistake(lab: str, exercise: str, name: str) -> Misconception:
    """One of an exercise's misconceptions."""
    return next(one for one in reference.exercise_named(lab, exercise).misconceptions if one.name == name)


def right_styles(lab: str, students: int = 3) -> list[dict[str, str]]:
    """For each student an answer in another style to every exercise that has several."""
    files = {one.name: sorted(path.stem for path in (RIGHT / one.name).glob("*.py")) for one in exercises(lab)}
    return [{name: stems[index % len(stems)] for name, stems in files.items() if stems} for index in range(students)]


def tampered(blank: nbformat.NotebookNode) -> bytes:
    """Tests deleted or doubled, points raised, ids exchanged."""
    data = json.loads(nbformat.writes(blank))
    tests = [c for c in data["cells"] if (c["metadata"].get("nbgrader") or {}).get("grade")]
    for cell in tests:
        cell["metadata"]["nbgrader"]["points"] = 1000
        cell["source"] = "20"
    data["cells"].remove(tests[0])
    data["cells"].append(json.loads(json.dumps(tests[1])))
    tests[2]["metadata"]["nbgrader"]["grade_id"] = grade_id(blank.cells[-1]) or "test_of_my_own"
    return json.dumps(data).encode()


if __name__ == "__main__":
    sys.exit(main())
