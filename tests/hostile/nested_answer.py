# Answers with brackets within brackets, a hundred thousand deep.
# ends: protocol
import helpers.wire

helpers.wire.json.dumps = lambda *a, **k: '{"id": ' + "[" * 100_000 + "]" * 100_000 + "}"
