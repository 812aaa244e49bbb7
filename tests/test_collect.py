"""Taking submissions from folders and learning platforms: whose they are, and nothing outside the course."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from autograder.collect import collect, student_id
from autograder.course import Course, CourseError, make_course

LAB = "01_self_attention"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """One course for all tests of this file, as making one takes seconds."""
    return make_course(tmp_path_factory.mktemp("collect") / "course")


@pytest.fixture
def fresh(made: Course) -> Course:
    """A course that nothing has been handed in to yet."""
    shutil.rmtree(made.path / "submitted")
    (made.path / "submitted").mkdir()
    return made


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def taken(course: Course) -> dict[str, bytes]:
    return {one.student: one.notebook.read_bytes() for one in course.handed_in(LAB)}


def test_moodle_and_canvas_zips(fresh: Course, tmp_path: Path) -> None:
    moodle = zipped(
        tmp_path / "moodle.zip",
        {
            "Ana María López_123_assignsubmission_file_/solved.ipynb": b"old",
            f"Ana María López_123_assignsubmission_file_/{LAB}.ipynb": b"ana",
            "Bo Li_7_assignsubmission_file_/x.ipynb": b"bo 7",
            "Bo Li_8_assignsubmission_file_/x.ipynb": b"bo 8",
            "Cy_9_assignsubmission_file_/notes.txt": b"text",
        },
    )
    done = collect(moodle, fresh, LAB)
    assert taken(fresh) == {"Ana_María_López": b"ana", "Bo_Li_7": b"bo 7", "Bo_Li_8": b"bo 8"}
    assert len(done.skipped) == 2 and any("notes.txt: not a notebook" in line for line in done.skipped)

    canvas = zipped(
        tmp_path / "canvas.zip",
        {f"leeann_12345_67890_{LAB}.ipynb": b"1", f"leeann_12345_67891_{LAB}-1.ipynb": b"2",
         f"kimjo_LATE_22_33_{LAB}.ipynb": b"3"},
    )  # fmt: skip
    collect(canvas, fresh, LAB)
    assert {s: d for s, d in taken(fresh).items() if "_1" in s or "kim" in s} == {
        "leeann_12345": b"2",
        "kimjo_22": b"3",
    }
    origin = json.loads((fresh.path / "submitted" / "leeann_12345" / LAB / "origin.json").read_text())
    assert (origin["platform"], origin["id"]) == ("canvas", "12345")


def test_nothing_is_written_outside_the_course(fresh: Course, tmp_path: Path) -> None:
    bad = zipped(
        tmp_path / "bad.zip",
        {"../../evil.ipynb": b"x", "/abs.ipynb": b"x", "..\\win.ipynb": b"x", "good/a.ipynb": b"ok",
         "a[*]?/b.ipynb": b"glob", "__MACOSX/good/._a.ipynb": b"x"},
    )  # fmt: skip
    done = collect(bad, fresh, LAB)
    assert taken(fresh) == {"good": b"ok", "a": b"glob"}
    assert len([line for line in done.skipped if "leads out" in line]) == 3
    assert not list(tmp_path.parent.glob("**/evil.ipynb")) and not Path("/abs.ipynb").exists()
    assert student_id("../..") == "" and student_id("a/b c*") == "a_b_c"


def test_what_cannot_be_collected_is_said(fresh: Course, tmp_path: Path) -> None:
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\x03\x04 and no more")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("ann.ipynb", b"fine " * 100)
    data = bytearray(buffer.getvalue())
    data[60] ^= 0xFF
    (tmp_path / "flipped.zip").write_bytes(bytes(data))
    empty = zipped(tmp_path / "empty.zip", {"readme.txt": b"x"})
    for source, words in ((broken, "neither"), (empty, "no notebook"), (tmp_path / "none", "does not exist")):
        with pytest.raises(CourseError, match=words):
            collect(source, fresh, LAB)
    with pytest.raises(CourseError, match="has no lab"):
        collect(empty, fresh, "99_nothing")
    assert any("cannot be read" in line for line in collect(tmp_path / "flipped.zip", fresh, LAB).skipped)
    assert taken(fresh) == {}
