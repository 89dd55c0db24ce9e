"""A job begins soon: what coordinates it imports none of what only the work itself needs."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import json, sys
from archiver.cli import main
code = main(["run", "seeds", "--bags", "bags", "--quiet", "--jobs", "2"])
print(json.dumps([code, sorted(sys.modules)]))
"""
WORK = ("archiver.article.analyse", "archiver.capture.fetch", "archiver.bag.record", "warcio", "requests", "jinja2")


def test_the_coordinator_of_other_processes_imports_nothing_that_reads_or_fetches_pages(tmp_path: Path):
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a.txt").write_text("No address\n\nHere is none.\n")
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=tmp_path, stdout=subprocess.PIPE, check=True, timeout=120)
    code, modules = json.loads(done.stdout.splitlines()[-1])
    assert code == 1
    assert "archiver.job.coordinator" in modules
    assert [each for each in WORK if each in modules] == []
