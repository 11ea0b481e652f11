"""Whether a Spark master is there, told in seconds: Spark itself tries for a minute and longer.

Two questions: does anybody listen at its address, and does who listens speak Spark's language? The
second is asked as Spark's own programs ask each other for a file (`org.apache.spark.network`: a
frame is its length, a type and a name). A master says that it has no such file.
"""

from __future__ import annotations

import re
import socket
import struct

from footprint.errors import LedgerError, UsageError

#: For how long a master is knocked at, and its answer is waited for, s.
MASTER_S = 3.0

STANDALONE = "spark://"
_ADDRESS = re.compile(r"\[?(?P<host>[^\[\]/]+?)\]?:(?P<port>\d{1,5})")
_OTHERS = re.compile(r"yarn|local(\[[\d*]+(,\d+)?\])?|k8s://.+")

#: A frame's length (with itself) and type; types: a file is asked for, is given, is not there.
_HEAD = struct.Struct(">qb")
_ASKED, _GIVEN, _NOT_THERE = 6, 7, 8
_FILE = b"/jars/footprint"


def reach(master: str) -> str | None:
    """This machine's address towards a standalone master; None for other kinds of masters.

    Raises UsageError for an address that makes no sense, LedgerError where nobody answers, or
    somebody else does.
    """
    if not master.startswith(STANDALONE):
        if _OTHERS.fullmatch(master):
            return None
        raise UsageError(f"--master {master} is no address: give spark://host:7077")
    why = other = ""
    for one in master.removeprefix(STANDALONE).split(","):
        found = _ADDRESS.fullmatch(one)
        if found is None or not 0 < int(found["port"]) < 65536:
            raise UsageError(f"--master {master} is no address: give spark://host:7077")
        try:
            with socket.create_connection((found["host"], int(found["port"])), MASTER_S) as line:
                if _is_spark(line):
                    return str(line.getsockname()[0])
                other = one
        except OSError as error:
            why = error.strerror or str(error)
    if other:
        raise LedgerError(
            f"what answers at {STANDALONE}{other} is no Spark master: give the port that its page"
            " names (7077 as a rule), or leave out --engine spark"
        )
    raise LedgerError(
        f"no Spark master answers at {master} ({why}): start it (sbin/start-master.sh), correct"
        " --master, or leave out --engine spark"
    )


def _is_spark(line: socket.socket) -> bool:
    """Whether who listens answers as Spark does."""
    name = struct.pack(">i", len(_FILE)) + _FILE
    answer = b""
    try:
        line.settimeout(MASTER_S)
        line.sendall(_HEAD.pack(_HEAD.size + len(name), _ASKED) + name)
        while len(answer) < _HEAD.size:
            more = line.recv(_HEAD.size - len(answer))
            if not more:
                return False
            answer += more
    except OSError:  # it says nothing, or hangs up
        return False
    length, kind = _HEAD.unpack(answer)
    return kind in (_GIVEN, _NOT_THERE) and _HEAD.size <= length < 2**31


__all__ = ["MASTER_S", "STANDALONE", "reach"]
