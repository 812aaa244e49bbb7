# Puts objects of its own in place before and after every cell, and raises there.
# ends: survives
def plant(*_):
    names = get_ipython().user_ns
    names["attention_weights"] = names["causal_mask"] = lambda x, *a, **k: x
    names["SelfAttention"] = names["CausalSelfAttention"] = type("Any", (), {"__init__": lambda *a, **k: None})
    raise ValueError("planted")


for moment in ("pre_execute", "pre_run_cell", "post_execute", "post_run_cell"):
    get_ipython().events.register(moment, plant)
