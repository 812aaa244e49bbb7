# Answers for a cell with outputs of every wrong shape: nested, without types, a quarter of a million of them.
# ends: survives
record = get_ipython().display_pub.record


def end():
    del record.end  # once is enough
    record.open = False
    odd = [None, 7, [], [[]], "stream", {}, {"output_type": None}, {"output_type": {"a": 1}}]
    odd += [{"output_type": "execute_result", "data": {"text/plain": "20"}, "execution_count": -1}]
    odd += [{"output_type": "display_data", "data": {"text/html": {"a": []}, "": "", "x" * 5000: "\ud800"}}]
    odd += [{"output_type": "error", "ename": 1, "evalue": ["x"], "traceback": [1, None, {}]}]
    odd += [{"output_type": "stream", "name": "stdout", "text": "\x1b[2J\x00\ud800", "grade": 20}]
    return odd + [{}] * 10_000


record.end = end
