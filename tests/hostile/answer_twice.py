# Sends each answer twice, so that the second is there before the next question.
# ends: protocol
import os

import helpers.wire

once = os.write


def twice(fd, data):
    done = once(fd, data)
    if fd >= 300:
        once(fd, bytes(data)[:done])
    return done


os.write = twice
