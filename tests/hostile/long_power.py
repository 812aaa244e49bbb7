# One step of arithmetic with millions of digits, which holds the interpreter until it is done.
# ends: timeout
10 ** (10**8) % 7
