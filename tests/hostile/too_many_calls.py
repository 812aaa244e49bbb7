# Asks for texts without end: none at a time, all at once, from many threads, and long after the answer is given.
# ends: survives
# lab: 05_toxic_attack
import threading


def ask(generate, classify):
    while True:
        try:
            classify(generate("", 1))
        except BaseException:
            return


def toxic_attack(generate, classify, context, *_):
    threads = [threading.Thread(target=ask, args=(generate, classify), daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    for n in (0, -1, 2**70, 1e3, True, "5"):
        try:
            generate(context, n)
        except Exception:
            pass
    while True:
        classify([generate(context, 0)] * 0)
        generate(context, 1)


safe_generate = toxic_attack
