"""Where the checkout keeps what tests read."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
SUPPORT = TESTS / "support"
DATA = TESTS / "data"
DOCS = ROOT / "docs"
SHARED = ROOT.parent / "shared"
"""Inputs beside the checkout; tests that need them are marked `shared` and skipped where it is absent."""
