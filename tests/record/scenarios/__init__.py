"""One file per server; each registers its recordings with kit.scenario.scenario."""

import importlib
import os


def load_all():
    for name in sorted(os.listdir(os.path.dirname(os.path.abspath(__file__)))):
        if name.endswith(".py") and not name.startswith("_"):
            importlib.import_module(f"scenarios.{name[:-3]}")
