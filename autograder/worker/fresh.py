"""A student's process started from nothing: where no warm parent can run, or without a sandbox.

Takes its settings as one JSON argument, requests on its standard input, and answers on its standard output.
"""

import json
import sys

settings = json.loads(sys.argv[1])
sys.path[:1] = settings["path"]

import confine  # noqa: E402

requests, replies = confine.set_aside(0, 1)
confine.go_first()
confine.become(settings["uid"])

import inside  # noqa: E402

inside.serve(settings, requests, replies)
