# Listens to all that its process opens, compiles and runs, by an audit hook, which nothing can take off again.
# ends: survives
import sys

heard = set()


def listen(event, arguments):
    if event in ("open", "compile", "exec", "os.listdir", "socket.connect"):
        heard.update(text for text in (getattr(a, "co_filename", a) for a in arguments) if isinstance(text, str))


def tell(*_):
    for text in list(heard):
        if text.startswith("/") and any(word in text for word in ("solutions", "gradebook", "misconceptions")):
            print("LEAKED: heard of", text)


sys.addaudithook(listen)
get_ipython().events.register("post_run_cell", tell)
