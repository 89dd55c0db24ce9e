"""Seeds are known by what earlier versions knew them by: nothing is fetched or delivered twice.

The keys below were computed by the code of commit 1d6ebe4 on these very bytes.
"""

from contextlib import closing
from datetime import UTC, datetime

from archiver.config import Config, Limits
from archiver.job.queue.plan import plan
from archiver.ledger.entries import Entry, former_keys_of, key_of
from archiver.ledger.ledger import Ledger
from archiver.model import Seed
from archiver.seeds.sources import read_seeds

LISTS = {
    "list.csv": 'Title,URL,Date,Text,Notes\nHens  return,<https://a.example/1>,2024-03-04,"Six hens came home.\n\n'
    'Nobody knows.",seen\n,[x](https://a.example/2),,,\n',
    "bare.csv": "x,https://b.example/2.\n",
    "list.jsonl": '{"url": "https://a.example/3", "title": "Hens", "other": [1]}\n',
    "a.txt": "Hens return\n\nOriginal url: https://a.example/4.\n",
}
KEYS = [
    "a0a76e23519193f907ff050a8a2d92c53369f0f5da8cd5ff4c2fad05b20f851a https://a.example/1",
    "c68ebfba0e05d2047f0154e3cea75bc5f8b8ede2a0faedbc381b8890430cc3cc https://a.example/2",
    "2383a6d9f26db9d8b8ef7f960bc95a20738a8bdbb17709f1183a12b613349a38 https://b.example/2.",
    "10218016daaa6376eb124a299450527946032afea17f378ceba14c0a9ad030b2 https://a.example/3",
    "68d960fb77114eeeb5cc621e6b385d8a793479a99288e922246c57a362d92974 https://a.example/4.",
]


def seeds(tmp_path) -> list[Seed]:
    for name, content in LISTS.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    read = list(read_seeds([str(tmp_path / name) for name in LISTS], limits=Limits()))
    assert all(isinstance(each, Seed) for each in read), read
    return read  # type: ignore[return-value]


def test_a_seed_has_the_key_an_earlier_version_gave_it(tmp_path):
    read = seeds(tmp_path)
    assert all(key in former_keys_of(seed) for key, seed in zip(KEYS, read, strict=True))
    assert not {key_of(seed) for seed in read} & set(KEYS)


def test_what_a_ledger_knows_under_the_former_key_is_done_and_moves_to_the_new_one(tmp_path):
    read = seeds(tmp_path)
    bags = tmp_path / "bags"
    (bags / ".archiver").mkdir(parents=True)
    with closing(Ledger(bags)) as ledger:
        done = [Entry(key=key, name="x.txt", url=key.split()[1], outcome="gone", bag=None) for key in KEYS]
        ledger.settle(done, "job", datetime(2024, 5, 3, tzinfo=UTC))
    assert all(each.would.startswith("skip") for each in plan(Config(bags=bags), read))
    with closing(Ledger(bags)) as ledger:
        for seed in read:
            ledger.migrate(key_of(seed), former_keys_of(seed))
            assert ledger.find(key_of(seed)).outcome == "gone"
        assert all(ledger.find(key) is None for key in KEYS)
        ledger.migrate(key_of(read[0]), former_keys_of(read[0]))
        assert ledger.find(key_of(read[0])).outcome == "gone"
