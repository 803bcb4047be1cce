"""The nightly script: a branch with the update, pushed once, and left to whoever works on it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import attrs
import pytest

SCRIPT = Path(__file__).resolve().parents[4] / "scripts/propose_update.sh"
UPDATE = """\
#!/bin/sh
mkdir -p openapi/drift
printf '# From a to b\\n\\n3 changes: 1 breaking\\n' > openapi/drift/2026-06-01.md
printf '[4/6 document] ...\\n\\nGET /v1/shelves\\n  - no description\\n'
exit "$(cat "$CODE")"
"""
GH = '#!/bin/sh\necho "$@" >> "$CALLS"\n[ "$1 $2" != "pr create" ] || cat >> "$CALLS"\n'

pytestmark = pytest.mark.skipif(
    shutil.which("git") is None or shutil.which("bash") is None, reason="needs git and bash"
)


@attrs.frozen
class Repository:
    """A project whose update is played, with a remote beside it."""

    root: Path

    def propose(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run the script, with an update that ends with the code."""
        beside = self.root.parent
        (beside / "code").write_text(str(code))
        environment = os.environ | {
            "SPEC": "newer.yaml",
            "PYTHON": str(beside / "bin/python"),
            "PATH": f"{beside / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "CALLS": str(beside / "calls"),
            "CODE": str(beside / "code"),
        }
        command = ["bash", str(self.root / "scripts/propose_update.sh"), *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def git(self, *arguments: str) -> str:
        """What git prints."""
        name = ("-c", "user.name=one", "-c", "user.email=one@localhost")
        command = ["git", *name, *arguments]
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=True)
        return done.stdout

    @property
    def calls(self) -> str:
        """What was asked of GitHub."""
        path = self.root.parent / "calls"
        return path.read_text() if path.exists() else ""


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    root = tmp_path / "project"
    for folder in ("scripts", "openapi", "generated", "conformance/mistral_conformance/groups"):
        (root / folder).mkdir(parents=True)
        (root / folder / "kept.txt").touch()
    (root / "CHANGELOG.md").touch()
    shutil.copy(SCRIPT, root / "scripts")
    (tmp_path / "bin").mkdir()
    for name, text in (("python", UPDATE), ("gh", GH)):
        (tmp_path / "bin" / name).write_text(text)
        (tmp_path / "bin" / name).chmod(0o755)
    made = Repository(root)
    made.git("init", "--quiet", "--bare", str(tmp_path / "remote"))
    made.git("init", "--quiet", "--initial-branch", "main")
    made.git("remote", "add", "origin", str(tmp_path / "remote"))
    made.git("add", ".")
    made.git("commit", "--quiet", "--message", "Begin")
    return made


def test_an_update_is_committed_and_opened_with_its_report(repository: Repository) -> None:
    done = repository.propose("--push")
    assert done.returncode == 0, done.stderr
    assert "update-2026-06-01" in repository.git("ls-remote", "origin")
    assert "pr create --head update-2026-06-01" in repository.calls
    assert "# From a to b" in repository.calls
    assert "To go over" not in repository.calls


def test_what_has_to_be_gone_over_is_listed(repository: Repository) -> None:
    assert repository.propose("--push", code=3).returncode == 0
    assert "## To go over\n\n```text\n\nGET /v1/shelves\n" in repository.calls
    assert "Drafts have to be gone over" in repository.git("log", "-1", "--format=%B")


def test_a_branch_that_somebody_may_work_on_stays(repository: Repository) -> None:
    repository.propose("--push")
    repository.git("commit", "--quiet", "--allow-empty", "--message", "Gone over")
    repository.git("push", "--quiet", "origin", "update-2026-06-01")
    work = repository.git("ls-remote", "origin")
    repository.git("switch", "--quiet", "main")
    repository.git("branch", "--quiet", "--delete", "--force", "update-2026-06-01")
    done = repository.propose("--push")
    assert "is there already; it stays as it is" in done.stdout
    assert repository.git("ls-remote", "origin") == work
    assert repository.git("status", "--porcelain") == ""


def test_an_update_that_fails_is_no_change(repository: Repository) -> None:
    assert repository.propose("--push", code=1).returncode == 1
    assert repository.git("ls-remote", "origin") == ""


def test_changes_that_are_not_committed_are_not_proposed(repository: Repository) -> None:
    (repository.root / "CHANGELOG.md").write_text("mine\n")
    done = repository.propose()
    assert done.returncode == 1
    assert "commit or stash them first" in done.stderr
    assert repository.git("branch", "--list", "update-*") == ""
