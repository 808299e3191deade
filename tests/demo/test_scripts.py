"""The scripts find their project from wherever, and under whatever name, they are started."""

import subprocess
from pathlib import Path

import pytest

import pasperdus_demo

SCRIPTS = Path(pasperdus_demo.__file__).parents[2] / "script"
# Stands in for the installation, which would take a minute and the network.
SAYS_WHERE = 'environment() { printf "%s\\n" "$PWD"; exit 0; }\nneed() { :; }\n'


@pytest.mark.parametrize("name", ["bench", "check", "demo", "test"])
def test_a_script_works_through_a_symlink(tmp_path: Path, name: str) -> None:
    copied = tmp_path / "project" / "script" / name
    copied.parent.mkdir(parents=True)
    copied.write_text((SCRIPTS / name).read_text(encoding="utf-8"), encoding="utf-8")
    copied.chmod(0o755)
    real = (SCRIPTS / "environment.sh").read_text(encoding="utf-8")
    (copied.parent / "environment.sh").write_text(real + SAYS_WHERE, encoding="utf-8")
    link = tmp_path / "a-link"
    link.symlink_to(copied)

    ended = subprocess.run([link], cwd="/", capture_output=True, text=True, timeout=30, check=False)

    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == f"{tmp_path.resolve()}/project\n"
