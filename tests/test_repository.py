"""The promises of the repository itself: one list of dependencies, arrows that run one way, no machine's traces."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent


def _imports(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return {name.split(".")[0] for name in plain | {n.module or "" for n in nodes if isinstance(n, ast.ImportFrom)}}


def test_environment_and_pyproject_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    python, pip = environment["dependencies"][0], environment["dependencies"][-1]["pip"]
    assert python == f"python{project['requires-python']}"
    extras = next(line for line in pip if line.startswith("--editable")).split("[")[1].rstrip("]").split(",")
    assert set(extras) == set(project["optional-dependencies"])
    assert "--constraint constraints.txt" in pip


def test_users_get_floors_and_the_tested_set_meets_them() -> None:
    from packaging.requirements import Requirement

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    pins = {
        Requirement(line).name: next(iter(Requirement(line).specifier)).version
        for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    }
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    for requirement in (Requirement(line) for group in groups for line in group):
        assert {one.operator for one in requirement.specifier} == {">="}, requirement
        assert requirement.specifier.contains(pins[requirement.name]), requirement


def test_arrows_run_one_way() -> None:
    for path in (ROOT / "helpers").rglob("*.py"):
        assert not _imports(path) & {"autograder", "solutions", "tests", "tools"}, path
    for path in (ROOT / "solutions").glob("*.py"):
        assert not _imports(path) & {"autograder", "tests", "tools"}, path
    for path in (ROOT / "autograder").rglob("*.py"):
        assert not _imports(path) & {"tests", "tools"}, path
