# Text that takes the compiler more memory and depth than there is: brackets, operators, a vast constant.
# ends: survives, killed or timeout
for source in ("(" * 5000, "-" * 200_000 + "1", "x" + ".x" * 50_000, "1" + "+1" * 100_000, "((((1,)*99,)*99,)*99,)*99"):
    try:
        compile(source, "bomb", "eval")
    except (SyntaxError, MemoryError, RecursionError, ValueError):
        pass
