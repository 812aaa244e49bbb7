# Looks for secrets in every environment that can be read.
# ends: survives
import glob
import os

texts = {path: b"" for path in glob.glob("/proc/*/environ") + glob.glob("/proc/*/task/*/environ")}
texts["here"] = repr(dict(os.environ)).encode()
for path in texts:
    try:
        texts[path] = texts[path] or open(path, "rb").read()
    except OSError:
        continue
for path, text in texts.items():
    for word in (b"CANARY", b"TOKEN", b"SECRET", b"PASSWORD", b"JUPYTERHUB", b"AWS_", b"SSH_"):
        if word in text:
            print("LEAKED:", word, "in", path)
