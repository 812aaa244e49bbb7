# Raises errors and shows objects whose names, texts and formats raise, exit or never stop growing.
# ends: survives
from IPython.display import display


class Meta(type):
    def __repr__(cls):
        raise SystemExit(1)


class Nasty(Exception, metaclass=Meta):
    def __str__(self):
        raise KeyboardInterrupt

    __repr__ = __str__


class Show:
    def _repr_html_(self):
        raise SystemExit(1)

    def _repr_mimebundle_(self, *a, **k):
        return {"text/plain": Nasty(), "text/html": b"\xff\xfe", Nasty: "x"}

    def __repr__(self):
        return "\ud800" * 10 + "\x1b[31m" + "z" * 10**8


display(Show())
raise Nasty(Show())
