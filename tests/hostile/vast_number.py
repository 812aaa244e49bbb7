# Answers with a number of fifty thousand digits, which takes long to read and longer to write.
# ends: protocol
import helpers.wire

helpers.wire.json.dumps = lambda header, **k: '{"outputs": [], "outcome": {"error": null}, "id": ' + "9" * 50_000 + "}"
