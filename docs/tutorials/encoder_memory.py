"""Memory of an encoder: its weights, the file they make, and a process that serves from it.

python encoder_memory.py FILE THREADS < texts.json      that process
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any


def weight_bytes(encoder: Any) -> int:
    """Bytes of all weights, those of quantised layers included; scales of a few bytes are not."""
    total = sum(each.numel() * each.element_size() for each in encoder.parameters())
    for module in encoder.modules():
        if hasattr(module, "_packed_params") and callable(getattr(module, "weight", None)):
            for tensor in (module.weight(), module.bias()):
                total += 0 if tensor is None else tensor.numel() * tensor.element_size()
    return int(total)


def memory(encoder: Any, texts: list[str], threads: int) -> dict[str, float]:
    """MB (10^6 bytes): weights, their file, and a process that loads it and embeds the texts.

    `libraries_mb` is resident before the encoder is loaded, `resident_mb` after the texts,
    `peak_mb` the most that ever was.
    """
    import torch

    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "encoder.pt"
        torch.save(encoder, file)
        served = subprocess.run(
            [sys.executable, __file__, file, str(threads)],
            check=True,
            input=json.dumps(texts),
            stdout=subprocess.PIPE,
            text=True,
        )
        found = {"weights": weight_bytes(encoder), "file": file.stat().st_size}
    found |= json.loads(served.stdout)
    return {f"{what}_mb": size_b / 1e6 for what, size_b in found.items()}


def serve(file: str, threads: int) -> dict[str, int]:
    """What `memory` runs: texts come on stdin. Bytes."""
    import psutil
    import sentence_transformers  # noqa: F401 - before the first reading: it is no encoder's
    import torch

    warnings.simplefilter("ignore")
    torch.set_num_threads(threads)
    before = psutil.Process().memory_info().rss
    encoder = torch.load(file, weights_only=False)  # a pickle, which runs code: only of our making
    encoder.encode(json.load(sys.stdin), batch_size=16, show_progress_bar=False)
    resident = psutil.Process().memory_info().rss
    # Not getrusage's ru_maxrss: that of a child begins with its parent's.
    lines = Path("/proc/self/status").read_text().splitlines()
    peak = dict(line.split(":", 1) for line in lines)["VmHWM"]  # "1234 kB"
    return {"libraries": before, "resident": resident, "peak": 1024 * int(peak.split()[0])}


if __name__ == "__main__":
    json.dump(serve(sys.argv[1], int(sys.argv[2])), sys.stdout)
