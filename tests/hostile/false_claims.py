# Answers with a block of arrays that claims to be larger, and elsewhere, than what it holds.
# ends: protocol
import json
import struct

import helpers.wire

place = {"dtype": "F64", "shape": [1 << 40, 1 << 20], "data_offsets": [1 << 62, (1 << 62) + 8]}
header = json.dumps({"weights": place}).encode()
honest = helpers.wire.pack
helpers.wire.pack = lambda *a: honest(a[0]) + struct.pack("<Q", len(header)) + header + b"\0" * 8
