"""The lowest layer: what it imports, and what it must not."""

import ast
import subprocess
import sys
from pathlib import Path

import footprint.estimators

FILES = sorted(Path(footprint.estimators.__file__).parent.rglob("*.py"))

#: Other packages that may be imported, inside the function that needs them.
LAZY = {"numpy", "genai_prices", "ecologits"}


def test_imports_nothing_of_footprint_but_itself():
    assert FILES
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, file
                names = [node.module or ""]
            for name in names:
                own = name == "footprint.estimators" or name.startswith("footprint.estimators.")
                known = name.split(".")[0] in sys.stdlib_module_names | LAZY
                assert own or known, (file, name)


def test_the_package_and_what_probes_need_import_nothing_slow():
    code = (
        "import sys, footprint; before = set(sys.modules)\n"
        "import footprint.estimators, footprint.estimators.cpu_power\n"
        "slow = {'dataclasses', 'inspect', 'decimal', 'importlib.metadata', 'codecarbon',"
        " 'numpy', 'pandas', 'difflib', 'asyncio'}\n"
        "print(sorted(slow & (set(sys.modules) - before)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
