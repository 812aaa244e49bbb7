# Displays more than any notebook can hold: HTML, pictures, results and lies about their types.
# ends: survives
from IPython.display import HTML, Image, display

for _ in range(200):
    display(HTML("<b>" + "h" * (1 << 20) + "</b>"))
display({"text/html": "<script>parent.LEAK = 1</script>", "text/plain": 7, 3: b"bytes"}, raw=True)
display({"image/png": b"\x89PNG" * (1 << 20), "application/json": {"a": [1] * 10000}}, raw=True)
"r" * (1 << 26)
