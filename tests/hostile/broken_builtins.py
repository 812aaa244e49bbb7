# Breaks the language under the worker's feet: builtins, streams, modules.
# ends: survives, killed or protocol
import builtins
import io
import json
import os
import sys

sys.stdout.close()
sys.stderr = sys.stdin = None
json.dumps = lambda *a, **k: '{"id": 1}'
os.write = lambda *a: 0 if len(a[1]) > 10 else len(a[1])
io.StringIO = None
builtins.len = lambda thing: 1 << 70
builtins.isinstance = lambda *a: True
