"""The documents are true: their code runs and prints what they say, their links and `make` words exist."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.docs.blocks import blocks, commands, same
from tests.house.source import ROOT, pages

END = "\x1e"
"""Printed after each Python block, to tell apart what belongs to which."""


def with_blocks(language: str) -> list[Path]:
    return [page for page in pages() if any(block.language == language for block in blocks(page))]


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A reader's shell: the demo company, on a fixed day, in an empty folder."""
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "COLUMNS": "110",
        "SLACKANALYTICS_SOURCE": "demo",
        "SLACKANALYTICS_TODAY": "2026-11-23",
    }


PROGRESS = re.compile(r"^\w+: [\d,]+ of [\d,]+ days, .*\n", re.MULTILINE)
"""What is shown where stderr is no terminal and reading takes longer than some seconds: on slow machines only."""


def session(texts: list[str], environment: dict[str, str], folder: Path) -> list[str]:
    """What each of some commands prints, stderr included, when they are given to one shell."""
    lines = [f"{{ {text}\n}} 2>&1\nprintf '{END}'" for text in texts]
    script = "\n".join(["trap 'kill $(jobs -p) 2>/dev/null' EXIT", *lines])
    done = subprocess.run(
        ["bash", "-c", script], env=environment, cwd=folder, capture_output=True, text=True, check=False, timeout=100
    )
    return [PROGRESS.sub("", text) for text in done.stdout.split(END)[:-1]]


@pytest.mark.parametrize("page", with_blocks("console"), ids=named)
def test_a_session_is_as_shown(page: Path, environment: dict[str, str], tmp_path: Path) -> None:
    shown = [c for block in blocks(page) if block.language == "console" for c in commands(block.text)]
    printed = session([command.text for command in shown], environment, tmp_path)
    assert len(printed) == len(shown)
    for command, text in zip(shown, printed, strict=True):
        assert same(command.printed, text), f"{named(page)}\n$ {command.text}\n{text}"


@pytest.mark.parametrize("page", with_blocks("python"), ids=named)
def test_the_python_of_a_page_runs_and_prints_what_stands_below_it(
    page: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    said: list[str | None] = []
    program = ""
    for block in blocks(page):
        if block.language == "python":
            program += f"{block.text}\nprint({END!r}, end='')\n"
            said.append(None)
        elif block.language == "text" and block.adjacent and program:
            said[-1] = block.text
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env=environment, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for text, printed in zip(said, done.stdout.split(END), strict=False):
        assert text is None or same(text, printed), printed


@pytest.mark.parametrize("page", with_blocks("sql"), ids=named)
def test_each_statement_of_a_page_can_be_planned(page: Path, tmp_path: Path) -> None:
    import slackanalytics

    with slackanalytics.connect(source="demo", environment={"HOME": str(tmp_path)}) as database:
        for block in blocks(page):
            if block.language == "sql":
                database.explain(block.text)


@pytest.mark.parametrize("page", pages(), ids=named)
def test_each_link_within_the_project_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    inside = [target for target in targets if "://" not in target]
    assert [target for target in inside if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", pages(), ids=named)
def test_each_make_word_is_on_the_menu(page: Path) -> None:
    menu = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)", page.read_text(encoding="utf-8"))) <= menu


def test_each_folder_of_tests_is_explained() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    folders = {path.parent.relative_to(ROOT).parts[1] for path in (ROOT / "tests").glob("*/**/*.py")}
    assert sorted(name for name in folders if f"`tests/{name}`" not in text) == []


def test_each_page_of_the_docs_can_be_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    ahead = [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in reached:
            continue
        reached.add(page)
        found = re.findall(r"\]\(([^)#\s]+\.md)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        ahead += [(page.parent / target).resolve() for target in found if "://" not in target]
    assert sorted(named(page) for page in set(pages()) - reached) == []


def test_a_wrong_session_is_noticed(environment: dict[str, str], tmp_path: Path) -> None:
    (right, wrong) = commands("$ word=one\n$ echo $word\ntwo\n")
    nothing, printed = session([right.text, wrong.text], environment, tmp_path)
    assert same(right.printed, nothing)
    assert printed == "one\n"
    assert not same(wrong.printed, printed)


def test_an_ellipsis_stands_for_part_of_a_line_or_for_whole_lines() -> None:
    assert same("a … d\n…\nz", "a b c d\nx\ny\nz")
    assert same("a\n…\nz", "a\nz")
    assert not same("a … d\nz", "a b\nc d\nz")
    assert not same("a\nz", "a\nz\nmore")
