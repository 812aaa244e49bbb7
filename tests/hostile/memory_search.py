# Searches frames, the garbage collector and its own memory for right answers, seeds or the grader's modules.
# ends: survives
import gc
import sys

frame = sys._getframe()
while frame is not None:
    for name in frame.f_locals:
        if name in ("expected", "seed", "solution", "misconceptions", "reference"):
            print("LEAKED: a variable", name, "in", frame.f_code.co_name)
    frame = frame.f_back
for name in sys.modules:
    if name.split(".")[0] in ("autograder", "solutions", "nbgrader"):
        print("LEAKED: module", name)
for thing in gc.get_objects():
    if type(thing).__name__ in ("Expected", "Report", "Exercise", "Misconception", "Gradebook"):
        print("LEAKED: an object", type(thing))
for thing in gc.get_objects():
    if type(thing) is dict and {"expected", "answers", "hidden_tests", "gradebook"}.intersection(map(str, thing)):
        if any(type(value).__name__ in ("Tensor", "ndarray", "Outcome") for value in thing.values()):
            print("LEAKED: a dict with", list(thing)[:5])
