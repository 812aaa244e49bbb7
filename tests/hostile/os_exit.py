# Ends the process with a status of success.
# ends: killed
import os

os._exit(0)
