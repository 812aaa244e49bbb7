"""Right answers in any style pass, wrong ones are named: on the published examples and on fresh draws."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import pytest
import torch

from autograder import reference
from autograder.exercises import LABS, Draw, Exercise, exercises
from autograder.lessons import labs
from helpers.checking import examine
from helpers.driver import Case, Outcome, run_case
from helpers.judging import Judgement, judge
from helpers.published import catalogue
from helpers.verdict import compare, same
from tests.corpus import namespace, right_answers, wrong_answers

ALL = [(lab, exercise) for lab in LABS for exercise in exercises(lab)]
LAB_OF = {exercise.name: lab for lab, exercise in ALL}
MUST_NAME = {
    "attention_weights": "softmax_over_queries scaled not_normalised",
    "scaled_dot_product": "unscaled scaled_by_d scaled_by_sequence_length mask_inverted mask_after_softmax nan_rows",
    "dot_product_variance": "square_root one",
    "SelfAttention": "unscaled scaled_by_m scaled_by_sqrt_all_heads softmax_over_queries heads_and_time_swapped "
    "values_not_projected queries_and_keys_swapped merge_without_bias",
    "causal_mask": "inverted diagonal_missing",
    "CausalSelfAttention": "scaled_by_sqrt_m no_mask mask_inverted heads_and_time_swapped qkv_order no_projection",
    "gpt_parameter_count": "untied_head no_biases no_positions",
    "layer_norm": "unbiased_variance eps_outside_root no_eps over_batch no_gain_bias",
    "sinusoidal_positions": "sin_cos_halves wrong_frequency",
    "TransformerBlock": "pre_norm missing_residual one_norm_reused norm_before_residual",
    "PreNormBlock": "post_norm missing_residual relu residual_from_normed",
    "GPT": "positions_on_batch_axis no_final_norm untied_output no_positions",
    "training_step": "targets_not_shifted gradients_not_zeroed",
    "softmax": "multiplied_by_temperature overflow wrong_dim temperature_on_probabilities zero_temperature",
    "entropy": "bits nan_at_zero sign",
    "softmax_jacobian": "no_temperature_factor diagonal_only",
    "attention_with_temperature": "multiplied_by_temperature replaced_sqrt_d",
    "temperature_for_entropy": "wrong_direction",
    "sequence_log_prob": "off_by_one prompt_included probabilities_not_logs",
    "greedy_search": "new_tokens_not_total eos_ignored eos_dropped",
    "ban_repeated_ngrams": "only_last_ngram off_by_one across_batch",
    "beam_search": "per_step_scores greedy_per_beam finished_beams_dropped first_step_duplicates",
    "beam_counterexample": "not_probabilities beam_wins",
    "apply_temperature": "multiplied",
    "top_k_filter": "keeps_k_plus_one over_batch zeros_instead_of_inf",
    "top_p_filter": "excludes_crossing_token sorted_not_restored can_be_empty ascending",
    "sample": "argmax filters_before_temperature generator_ignored",
    "max_toxicity": "mean over_texts single_text",
    "toxic_attack": "strict_threshold one_at_a_time last_batch_too_large wrong_row",
    "toxicity_metrics": "mean_of_means per_sample_probability",
    "threshold_curve": "strict_threshold swapped",
    "safe_generate": "returns_least_toxic one_try_too_many",
}
POINTS = {
    "01_self_attention": 20,
    "02_transformer_block": 20,
    "03_softmax_temperature": 15,
    "04_decoding": 30,
    "05_toxic_attack": 15,
}


@lru_cache
def drawn(name: str, seed: int) -> tuple[list[Case], list[Outcome], dict[str, list[Outcome]]]:
    """The cases of an exercise on a seed, the right outcomes and the wrong ones: the same for every answer."""
    lab, exercise = LAB_OF[name], reference.exercise_named(LAB_OF[name], name)
    cases = exercise.cases(Draw(seed))
    return cases, reference.expected(lab, cases), reference.wrong(lab, exercise, cases)


def graded(name: str, source: str, seed: int, device: str = "cpu") -> Judgement:
    """As the engine judges, without its sandbox."""
    exercise = reference.exercise_named(LAB_OF[name], name)
    cases, expected, wrong = drawn(name, seed)
    space = namespace(source, LAB_OF[name])
    return judge(
        name,
        exercise.points,
        cases,
        [run_case(space, case, device) for case in cases],
        expected,
        lambda: wrong,
        reference.hints(exercise),
    )


def test_points_and_names_are_the_contract() -> None:
    assert list(LABS) == labs()
    points = {name: (entry["lab"], entry["points"]) for name, entry in catalogue().items()}
    assert points == {exercise.name: (lab, exercise.points) for lab, exercise in ALL}
    totals = {lab: sum(entry["points"] for entry in catalogue().values() if entry["lab"] == lab) for lab in LABS}
    assert totals == POINTS
    for lab, exercise in ALL:
        named = {m.name for m in exercise.misconceptions}
        assert set(MUST_NAME[exercise.name].split()) <= named, (lab, exercise.name)


@pytest.mark.parametrize(("name", "style", "source"), right_answers(), ids=lambda v: v if len(v) < 50 else "")
def test_right_answers_pass(name: str, style: str, source: str) -> None:
    verdicts = [examine(name, namespace(source, LAB_OF[name])), *(graded(name, source, seed) for seed in (1, 2))]
    assert [(v.status, v.score, v.detail) for v in verdicts] == [("passed", v.points, "") for v in verdicts]


@pytest.mark.parametrize(("name", "mistake", "source"), wrong_answers(), ids=lambda v: v if len(v) < 50 else "")
def test_wrong_answers_lose_points_and_are_named(name: str, mistake: str, source: str) -> None:
    for verdict in [examine(name, namespace(source, LAB_OF[name])), *(graded(name, source, seed) for seed in (1, 2))]:
        assert verdict.score < verdict.points
        assert verdict.misconception == mistake, verdict.detail
        assert verdict.message == reference.hints(reference.exercise_named(LAB_OF[name], name))[mistake]


@pytest.mark.parametrize(("lab", "exercise"), ALL, ids=[exercise.name for _, exercise in ALL])
def test_what_is_expected_does_not_depend_on_what_was_asked_before(lab: str, exercise: Exercise) -> None:
    for seed in (11, 12, 11):  # the grader keeps the modules that it makes
        cases = exercise.cases(Draw(seed))
        alone = [run_case(dict(reference._namespace(lab)), case, dtype=torch.float64) for case in cases]
        for mine, theirs in zip(reference.expected(lab, cases), alone, strict=True):
            assert bool(mine.error) == bool(theirs.error) and mine.arrays.keys() == theirs.arrays.keys()
            assert all(torch.equal(mine.arrays[name], array) for name, array in theirs.arrays.items())


def test_graders_in_several_threads_do_not_meet() -> None:
    exercise = reference.exercise_named("01_self_attention", "CausalSelfAttention")

    def differences(seed: int) -> int:
        cases = exercise.cases(Draw(seed))
        right = [run_case(reference._namespace("01_self_attention"), case, dtype=torch.float64) for case in cases]
        found = 0
        for _ in range(40):
            answers = reference.expected("01_self_attention", cases)
            found += sum(not same(*pair) for pair in zip(answers, right, strict=True))
        return found

    with ThreadPoolExecutor(4) as pool:  # as with a worker of Dask's that has several
        assert [*pool.map(differences, range(4))] == [0] * 4


def test_the_corpus_is_complete() -> None:
    right, wrong = (
        Counter(name for name, *_ in right_answers()),
        {(name, mistake) for name, mistake, _ in wrong_answers()},
    )
    for name, mistakes in MUST_NAME.items():
        assert right[name] >= (3 if LAB_OF[name] == "01_self_attention" else 4)
        assert {(name, mistake) for mistake in mistakes.split()} <= wrong
    assert all(right[name] >= 5 for name in ("SelfAttention", "scaled_dot_product", "CausalSelfAttention"))


@pytest.mark.parametrize(("lab", "exercise"), ALL, ids=lambda v: getattr(v, "name", v))
def test_every_misconception_is_told_from_the_right_answer_and_from_all_others(lab: str, exercise: Exercise) -> None:
    for seed in range(3):
        for mistake in exercise.misconceptions:
            for source in mistake.sources(reference.sources(lab)[exercise.name]).values():
                verdict = graded(exercise.name, source, seed)
                assert verdict.misconception == mistake.name, verdict.detail
                assert verdict.score < verdict.points
                # An error of PyTorch's own words would equal itself and no student's: such a hint would never be seen.
                assert "RuntimeError" not in verdict.detail, verdict.detail


@pytest.mark.parametrize(("lab", "exercise"), ALL, ids=lambda v: getattr(v, "name", v))
def test_answers_that_do_nothing_earn_nothing(lab: str, exercise: Exercise) -> None:
    name = exercise.name
    if name[0].isupper():
        lazy = [
            f"class {name}(nn.Module):\n    def __init__(self, *a, **k):\n        super().__init__()\n    def forward(self, x): return x",
            f"def {name}(*a, **k): raise ValueError('no')",
            f"def {name}(*a, **k): return None",
        ]
    else:
        lazy = [
            f"def {name}(*a, **k): return a[0]" if "variance" not in name else f"def {name}(*a): return 2 * a[0]",
            f"def {name}(*a, **k): raise ValueError('no')",
            f"def {name}(*a, **k): raise NotImplementedError()",
            f"def {name}(*a, **k): return torch.zeros(3, 5, 5)",
            f"{name} = 3",
        ]
    for source in lazy:
        assert graded(name, source, 4).score == 0, source


def test_hard_coded_answers_to_the_published_examples_fail_on_fresh_ones() -> None:
    table = {tuple(case.args): int(out.arrays["the count"]) for case, out in _published("gpt_parameter_count")}
    source = f"def gpt_parameter_count(*sizes): return {table!r}[sizes]"
    assert examine("gpt_parameter_count", namespace(source, "01_self_attention")).status == "passed"
    assert graded("gpt_parameter_count", source, 5).score < 2


def _published(name: str):
    from helpers.published import example

    return zip(example(name).cases, example(name).expected, strict=True)


def test_a_notebook_in_float64_passes_too() -> None:
    torch.set_default_dtype(torch.float64)
    try:
        for _, exercise in ALL:
            source = reference.sources(LAB_OF[exercise.name])[exercise.name]
            assert graded(exercise.name, source, 6).status == "passed"
    finally:
        torch.set_default_dtype(torch.float32)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_right_and_wrong_answers_are_judged_alike_on_the_gpu() -> None:
    for name, style, source in right_answers():
        assert graded(name, source, 1, device="cuda").status == "passed", (name, style)
    for name, mistake, source in wrong_answers():
        assert graded(name, source, 1, device="cuda").misconception == mistake, name


# Draws for which the gradient of a right `GPT` in float32 misses its true value by more than any fixed room.
LARGE_GRADIENTS = (41786876, 55296917, 74357595, 124208599, 127769385)


@pytest.mark.parametrize("seed", LARGE_GRADIENTS)
def test_what_a_right_gradient_may_miss_goes_by_how_large_it_is(seed: int) -> None:
    lab, cases = "02_transformer_block", reference.exercise_named("02_transformer_block", "GPT").cases(Draw(seed))
    expected = reference.expected(lab, cases)
    outcomes = [run_case(reference._namespace(lab), case) for case in cases]
    assert [compare(*trio).message for trio in zip(outcomes, expected, cases, strict=True)] == [""] * len(cases)


@pytest.mark.parametrize(("part", "passes"), [(1e-4, True), (1e-3, False)])
def test_a_gradient_that_is_a_little_wrong_at_one_place_fails(part: float, passes: bool) -> None:
    case = Case("c", "f", {"y": ("t",)}, (torch.ones(3),), gradients=True)
    right = torch.tensor([100.0, -2.0, 0.0], dtype=torch.float64)
    expected = Outcome({"y": torch.ones(3), "gradient of input 1": right})
    mine = right.float() + torch.tensor([0.0, 0.0, 100 * part])
    verdict = compare(Outcome({"y": torch.ones(3), "gradient of input 1": mine}), expected, case)
    assert verdict.passed == passes and ("differs in 1 of 3" in verdict.message) != passes
    outputs = Outcome({"y": mine}), Outcome({"y": right})  # which have no such room
    assert not compare(*outputs, case).passed


@pytest.mark.parametrize("seed", [2506967, 3353066, 10905283])
def test_of_two_mistakes_that_read_the_same_the_one_is_named_that_came_back(seed: int) -> None:
    lab, name = "03_softmax_temperature", "temperature_for_entropy"
    exercise = reference.exercise_named(lab, name)
    cases = exercise.cases(Draw(seed))  # 1/T and a search in the wrong direction end near the same entropies
    source = next(code for where, what, code in wrong_answers() if (where, what) == (name, "inverse_temperature"))
    outcomes = [run_case(namespace(source, lab), case) for case in cases]
    wrong = reference.wrong(lab, exercise, cases)
    judgement = judge(
        name, 3, cases, outcomes, reference.expected(lab, cases), lambda: wrong, reference.hints(exercise)
    )
    assert judgement.misconception == "inverse_temperature"
