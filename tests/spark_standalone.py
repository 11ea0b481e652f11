"""A standalone Spark cluster on the loopback: a master and two workers, programs of their own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

#: For how long it may take to come up, s: three Java programs on a busy machine.
PATIENCE_S = 90


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Standalone:
    """A master, and workers with a core each, started by pyspark's own `spark-class`.

    Args:
        folder: for their logs and work.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.page = free_port()
        self.master = f"spark://127.0.0.1:{free_port()}"
        self.workers: list[subprocess.Popen[bytes]] = []
        self._programs: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Standalone:
        self._folder.mkdir(exist_ok=True)
        port = self.master.rpartition(":")[2]
        place = ("--host", "127.0.0.1", "--port", port, "--webui-port", str(self.page))
        self._begin("master", "master.Master", *place)
        try:
            self._until(lambda state: state["status"] == "ALIVE")
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.end()

    def add_workers(self, count: int) -> None:
        """Starts workers with a core and 1 GiB for executors each; the master knows them then."""
        wanted = self.state()["aliveworkers"] + count
        for _ in range(count):
            name = f"worker-{len(self.workers)}"
            options = ("--host", "127.0.0.1", "--webui-port", "0", "--cores", "1")
            where = ("--memory", "1g", "--work-dir", str(self._folder / name), self.master)
            self.workers.append(self._begin(name, "worker.Worker", *options, *where))
        self._until(lambda state: state["aliveworkers"] == wanted)

    def state(self) -> dict[str, Any]:
        """What the master says of itself."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.page}/json/", timeout=5) as page:
            found: dict[str, Any] = json.load(page)
            return found

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """Kills a worker and its executors, as when its machine fails."""
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()

    def logs(self) -> str:
        """The end of each program's log."""
        return "\n".join(
            f"== {path.name}\n{path.read_text(errors='replace')[-3000:]}"
            for path in sorted(self._folder.glob("*.log"))
        )

    def end(self) -> None:
        """Ends all programs, and the executors that workers started."""
        for each in reversed(self._programs):
            try:
                os.killpg(each.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        for each in self._programs:
            each.wait()

    def _begin(self, name: str, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        import pyspark

        spark_class = Path(pyspark.__file__).parent / "bin" / "spark-class"
        variables = {
            **{key: text for key, text in os.environ.items() if not key.startswith("FOOTPRINT")},
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_DAEMON_MEMORY": "256m",
            "PYSPARK_PYTHON": sys.executable,
            # Short work on few cores: less compiling and collecting.
            "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        }
        with (self._folder / f"{name}.log").open("wb") as log:
            found = subprocess.Popen(
                [str(spark_class), f"org.apache.spark.deploy.{program}", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._folder,
                env=variables,
                start_new_session=True,
            )
        self._programs.append(found)
        return found

    def _until(self, there: Any) -> None:
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                if there(self.state()):
                    return
            except (OSError, ValueError):  # not up yet
                pass
            assert time.monotonic() < end, f"Spark did not come up:\n{self.logs()}"
            time.sleep(0.1)
