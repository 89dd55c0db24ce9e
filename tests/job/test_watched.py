"""Long work is watched: the JSON log, what a terminal shows, and what to do about each class of failure."""

import io
import json
import re
from pathlib import Path
from typing import get_args

import pytest
from places import ROOT
from rich.console import Console
from servers.newsroom import Answer, newsroom, pages_for, write_seeds

from archiver.cli import main
from archiver.commands.console import json_log, progress
from archiver.job.advice import ADVICE, class_of
from archiver.job.events import Event, SeedEnded, State
from archiver.job.result import Result
from archiver.model import Outcome

WATCHING = (ROOT / "docs" / "capture/watching.md").read_text("utf-8")


@pytest.fixture
def job(tmp_path, capsys):
    """Three seeds that are captured, one that is gone, one that is forbidden, one that is out of bounds."""
    seeds = write_seeds(tmp_path / "seeds", range(5))
    (seeds / "inside.txt").write_text("Original url: http://169.254.169.254/\n")
    pages = pages_for(range(3))
    host, _ = next(iter(pages))
    pages[host, "/news/4"] = Answer(b"no", status=403)

    def run(*options: str) -> tuple[int, str, str]:
        with newsroom(pages) as site:
            to = [site.options[0], f"{host}{site.options[1]}"]
            code = main(["run", str(seeds), "--pace", "0", "--bags", str(tmp_path / "bags"), *to, *options])
        return code, *capsys.readouterr()

    return run


def events(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_the_log_reports_every_seed_once_from_start_to_end(tmp_path, job):
    file = tmp_path / "log.jsonl"
    code, _, said = job("--log-json", str(file))
    found = events(file.read_text())
    assert code == 1
    assert (found[0]["event"], found[-1]["event"]) == ("job-started", "job-ended")
    assert found[-1]["counts"] == {"captured": 3, "gone": 1, "blocked": 1, "refused": 1}
    assert found[-1]["kinds"] == {"gone": 1, "403": 1, "guard": 1}
    ended = [each for each in found if each["event"] == "seed-ended"]
    assert len({each["seed"] for each in ended}) == len(ended) == 6
    assert {each["seed"] for each in found if each["event"] == "seed-started"} == {each["seed"] for each in ended}
    assert all(isinstance(each["seconds"], float) for each in ended)
    assert [each["time"] for each in found] == sorted(str(each["time"]) for each in found)
    assert "6 seeds:" in said


def test_every_event_has_the_fields_that_are_documented(tmp_path, job):
    file = tmp_path / "log.jsonl"
    job("--log-json", str(file), "--jobs", "2")
    lines = re.sub(r",\n {12,}", ", ", WATCHING)
    table = re.findall(r"^    ([a-z-]+) +([a-z].*)$", lines, re.MULTILINE)
    documented = {name: set(re.findall(r"\w+", re.sub(r"[({][^)}]*[)}]", "", fields))) for name, fields in table}
    assert set(documented) == {each.__dataclass_fields__["event"].default for each in get_args(Event)}
    for each in events(file.read_text()):
        assert set(each) - {"time", "event"} == documented[str(each["event"])], each["event"]


def test_a_second_job_writes_behind_the_first(tmp_path, job):
    file = tmp_path / "log.jsonl"
    job("--log-json", str(file))
    job("--log-json", str(file))
    assert [each["event"] for each in events(file.read_text())].count("job-started") == 2


def test_without_a_file_stderr_is_the_log_and_nothing_else(job):
    _, out, said = job("--log-json")
    assert events(said)[-1]["event"] == "job-ended"
    assert len(out.splitlines()) == 6


@pytest.mark.parametrize("taken", ["seeds", "seeds/inside.txt"])
def test_a_log_takes_the_place_of_nothing(tmp_path, job, taken):
    before = (tmp_path / "seeds" / "inside.txt").read_bytes()
    code, out, said = job("--log-json", str(tmp_path / taken))
    assert (code, out) == (2, "")
    assert "is not a log" in said
    assert (tmp_path / "seeds" / "inside.txt").read_bytes() == before


def test_a_log_that_cannot_be_written_is_one_line(tmp_path, job):
    code, _, said = job("--log-json", str(tmp_path / "none" / "log.jsonl"))
    assert (code, said.count("\n")) == (3, 1)


def test_the_last_event_of_a_job_that_cannot_go_on_says_why(tmp_path, job, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("archiver.bag.staging.flush", full)
    file = tmp_path / "log.jsonl"
    assert job("--log-json", str(file))[0] == 3
    assert "No space left on device" in str(events(file.read_text())[-1]["error"])


def test_the_summary_and_status_say_what_to_do_about_each_class_in_a_line(tmp_path, job, capsys):
    _, _, said = job()
    assert main(["status", "--bags", str(tmp_path / "bags")]) == 0
    status = capsys.readouterr().out
    for kind in ("gone", "403", "guard"):
        line = f"      1 {kind:<10}  {ADVICE[kind]}\n"
        assert line in said
        assert line in status
    assert main(["status", "--json", "--bags", str(tmp_path / "bags")]) == 0
    assert json.loads(capsys.readouterr().out)["kinds"] == {"gone": 1, "403": 1, "guard": 1}


@pytest.mark.parametrize(
    ("outcome", "kind", "reason", "expected"),
    [
        ("failed", "dns", "no such name", "dns"),
        ("blocked", None, "status 401", "login"),
        ("blocked", None, "status 429", "429"),
        ("blocked", None, "the page asks for consent", "wall"),
        ("gone", None, "status 410", "gone"),
        ("gone", None, "the front page stands instead", "gone"),
        ("failed", None, "status 503", "server"),
        ("failed", None, "status 418", "status"),
        ("failed", "something new", None, "other"),
        ("waiting", None, None, "waiting"),
    ],
)
def test_a_seed_that_is_not_captured_has_a_class(outcome, kind, reason, expected):
    assert class_of(outcome, kind, reason) == expected


def test_whatever_became_of_a_seed_there_is_advice(tmp_path):
    """Every word that the house gives a Failure is a class, but `unknown`."""
    house = Path(json_log.__file__).parents[2]
    words = [
        word.partition('"')[0]
        for path in (*house.glob("capture/*.py"), house / "job/coordinator.py", house / "job/workers/worker.py")
        for word in path.read_text("utf-8").replace('Unread(kind="', "").split('kind="')[1:]
    ]
    assert set(words) - {"unknown"} <= set(ADVICE)
    assert len(set(words)) > 8
    assert all(class_of(outcome, None, None) in ADVICE for outcome in get_args(Outcome))


def test_the_advice_that_is_documented_is_what_is_given():
    assert dict(re.findall(r"^\| `([a-z0-9-]+)` \| (.*) \|$", WATCHING, re.MULTILINE)) == ADVICE


def ended(number: int, reason: str) -> SeedEnded:
    result = Result(seed="a.txt", url=f"http://a.example/{number}", outcome="failed", bag=None, verdict=None,
                    reason=reason, kind="connect")  # fmt: skip
    return SeedEnded(result=result, host="a.example", seconds=1.0)


def shown_after(monkeypatch: pytest.MonkeyPatch, total: int | None, *found: Event) -> str:
    """What stands on a terminal of 120 columns after these events."""
    screen = io.StringIO()
    monkeypatch.setattr(
        progress, "Console", lambda **_: Console(file=screen, force_terminal=True, width=120, color_system=None)
    )
    with progress.progress(total, lines_too=False) as take:
        for each in found:
            take(each)
    return screen.getvalue()


def test_a_terminal_shows_how_many_how_the_hosts_are_and_the_last_three_failures(monkeypatch):
    state = State(
        in_flight=4, waiting=30, paced=2, slow=("slow.example",), broken=tuple(f"b{n}.example" for n in range(9))
    )
    screen = shown_after(monkeypatch, 50, *(ended(n, "nobody there") for n in range(5)), state)
    last = screen[screen.rindex("5/50") :]
    assert "5 not captured" in last
    assert (
        "4 under way; 30 waiting; 2 hosts rate-limited; slow: slow.example; left alone: b0.example, b1.example" in last
    )
    assert [f"http://a.example/{n}: nobody there" in last for n in range(5)] == [False, False, True, True, True]


def test_what_others_say_cannot_steer_the_terminal(monkeypatch):
    screen = shown_after(monkeypatch, None, ended(1, "\x1b]0;title\x07 [bold]\u202e"))
    assert "\\x1b]0;title\\x07 [bold]\\u202e" in screen
    assert "\x1b]0;" not in screen
