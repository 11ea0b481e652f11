"""A Spark cluster, as its driver sees it: found or not, asked, and left without a trace.

Spark tries an unreachable master for a minute and a half, waits for workers without end, and talks
on both standard streams. Here the master is knocked at first (`masters`), workers are waited for up
to `WORKERS_S`, and what Spark's Java program says goes to a file that is named where something
failed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from footprint.engines.masters import STANDALONE, reach
from footprint.engines.refusals import Refused, refusal, watched
from footprint.engines.shipped import package
from footprint.errors import FootprintError, LedgerError, UsageError

if TYPE_CHECKING:
    from pyspark import SparkContext

#: For how long workers are waited for, s.
WORKERS_S = 60.0

_CAUSE = re.compile(r"(Caused by: )?[\w.]+(Error|Exception): ")
#: Oldest Java that Spark 4 runs on.
_JAVA = 17


class Cluster:
    """A cluster by its master's address. `log` is what Spark said, once it was asked."""

    def __init__(self, master: str) -> None:
        self.master = master
        self.log: Path | None = None

    @contextmanager
    def context(self) -> Iterator[SparkContext]:
        """A connection for one report; Java has ended when it is over.

        Raises UsageError where pyspark or Java is missing, LedgerError where no master answers or
        no worker is there.
        """
        pyspark = _pyspark()
        own = reach(self.master)
        _java()
        with tempfile.TemporaryDirectory(prefix="footprint-spark-") as folder:
            handle, name = tempfile.mkstemp(prefix="footprint-spark-", suffix=".log")
            self.log = Path(name)
            try:
                os.close(handle)
                with self.log.open("ab") as log:
                    context = self._begin(pyspark, own, log)
                    try:
                        self._workers(context)
                        context.addPyFile(str(package(Path(folder))))
                        yield context
                    finally:
                        _end(context)
            except BaseException as error:
                if not (isinstance(error, LedgerError) and name in str(error)):
                    self.log.unlink(missing_ok=True)
                raise
            self.log.unlink(missing_ok=True)

    def _begin(self, pyspark: Any, own: str | None, log: Any) -> SparkContext:
        from pyspark import java_gateway

        why: Refused = _nothing
        launch: Any = java_gateway.launch_gateway
        conf = pyspark.SparkConf(loadDefaults=False)
        settings = {
            "spark.app.name": "footprint report",
            "spark.master": self.master,
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.log.level": "WARN",
            # Rows that are not sealed yet travel with their task, MiB.
            "spark.rpc.message.maxSize": "2047",
            "spark.executorEnv.FOOTPRINT_DISABLED": "1",
            "spark.executorEnv.OMP_NUM_THREADS": "1",
        }
        if own and "SPARK_LOCAL_IP" not in os.environ:
            # The address by which the master is reached is the one by which executors find us.
            settings["spark.driver.host"] = own
        for name, value in settings.items():
            conf.set(name, value)
        # Nothing here has Spark use pandas.
        warnings.filterwarnings("ignore", "PySpark does not .* support pandas", FutureWarning)
        try:
            # Both of Java's streams: what is printed here is the report.
            gateway = launch(conf, {"stdout": log, "stderr": log})
            with self._watched(gateway.proc) as why:
                context: SparkContext = pyspark.SparkContext(conf=conf, gateway=gateway)
        except Exception as error:
            with suppress(Exception):
                _forget(pyspark.SparkContext)
            raise why() or refused(self, error) from error
        if "PYSPARK_PYTHON" not in os.environ:
            context.pythonExec = sys.executable
        return context

    def _watched(self, java: Any) -> AbstractContextManager[Refused]:
        """Why the master refuses; of several, another one may not."""
        is_one = self.master.startswith(STANDALONE) and "," not in self.master
        if not is_one or self.log is None or java is None:
            return nullcontext(_nothing)
        return watched(self.master, self.log, java)

    def _workers(self, context: SparkContext) -> None:
        """Waits for the first executor."""
        if self.master.startswith("local"):
            return
        if not context.applicationId.startswith("app-") and self.master.startswith(STANDALONE):
            # Spark tried for a minute, and gave itself a name.
            raise LedgerError(
                f"none of {self.master} is a Spark master of pyspark's version here: correct"
                " --master, or install the cluster's version of pyspark"
            )
        java: Any = context._jsc
        status = java.sc().statusTracker()
        end = time.monotonic() + WORKERS_S
        while len(status.getExecutorInfos()) < 2:  # the driver is one of them
            if time.monotonic() > end:
                raise LedgerError(
                    f"{self.master} has no worker with a free core and 1 GiB after"
                    f" {WORKERS_S:.0f} s: start workers (sbin/start-worker.sh {self.master}), or"
                    " wait until others are done"
                )
            time.sleep(0.1)


def refused(cluster: Cluster, error: Exception) -> FootprintError:
    """What went wrong on the cluster, as one line; the whole of it is in the log that it names."""
    if isinstance(error, FootprintError):
        return error
    text = str(error)
    meant = refusal(cluster.master, text)
    if meant is not None:
        return meant
    missing = re.search(r"ModuleNotFoundError: (No module named '[\w.]+')", text)
    if missing:
        return LedgerError(
            f"the Python of {cluster.master}'s workers has {missing[1]}: install footprint-ledger"
            " there too, or name another Python by PYSPARK_PYTHON"
        )
    other = re.search(r"\[PYTHON_VERSION_MISMATCH\] ([^\n,]+)", text) or re.search(
        r'Cannot run program "([^"]+)"', text
    )
    if other:
        return LedgerError(
            f"{cluster.master}'s workers need the Python of this program ({other[1]}): install it"
            " there, or name another by PYSPARK_PYTHON"
        )
    if cluster.log is not None:
        with suppress(OSError), cluster.log.open("a", encoding="utf-8") as log:
            log.write(f"\n{text}\n")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    causes = [line for line in lines if _CAUSE.match(line)]
    said = (causes or lines or [type(error).__name__])[-1][:300]
    return LedgerError(
        f"Spark at {cluster.master} failed: {said} (all that it said is in {cluster.log})"
    )


def _nothing() -> None:
    """Nobody refused."""


def _pyspark() -> Any:
    try:
        import pyspark
    except ImportError:
        raise UsageError(
            "--engine spark needs the package pyspark: pip install 'footprint-ledger[spark]'"
        ) from None
    if pyspark.SparkContext._active_spark_context is not None:
        raise UsageError("this program has a Spark session already: stop it (spark.stop()) first")
    return pyspark


def _java() -> None:
    """Raises UsageError where Spark would find no Java."""
    home = os.environ.get("JAVA_HOME")
    if home and not (Path(home) / "bin" / "java").is_file():
        raise UsageError(f"JAVA_HOME={home} has no bin/java: correct it, or unset it")
    if not home and not shutil.which("java"):
        raise UsageError(
            f"--engine spark needs Java {_JAVA} or newer: install it (on Debian: apt-get install"
            " openjdk-17-jre-headless), or set JAVA_HOME"
        )


def _end(context: SparkContext) -> None:
    """Ends a connection, and Java with it, whatever state they are in."""
    with suppress(Exception):
        context.stop()
    _forget(type(context))


def _forget(context: Any) -> None:
    """Ends Java, and has the next connection of this process begin anew."""
    gateway, context._gateway, context._jvm = context._gateway, None, None
    if gateway is None:
        return
    with suppress(Exception):
        gateway.shutdown()
    process = gateway.proc
    if process is not None:
        with suppress(OSError):
            process.stdin.close()  # on which it ends by itself
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
