"""What a learning platform or a folder holds → `submitted/<student>/<lab>/<lab>.ipynb` of a course.

Nothing of a submission's name but letters, digits and a few signs becomes part of a path; of its files only the one
notebook is taken, as bytes.
"""

from __future__ import annotations

import json
import re
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from autograder.course import Course, CourseError
from autograder.submission import LARGEST

ORIGIN = "origin.json"
IGNORED = {"__MACOSX", ".ipynb_checkpoints", ".DS_Store", "Thumbs.db", "report.json", "timestamp.txt", ORIGIN}
MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_\w+?_*$")
CANVAS = re.compile(r"(?P<name>[^_]+)_(?:LATE_)?(?P<id>\d+)_\d+_(?P<file>.+)$")
VERSION = re.compile(r"(?:-| \(|_v)(\d+)\)?$")


@dataclass(frozen=True)
class Found:
    """One notebook that was found; `origin` is what the platform calls the student, for exporting grades later."""

    student: str
    where: str
    file: str
    read: Callable[[], bytes]
    origin: dict[str, str] = field(default_factory=dict)


@dataclass
class Collected:
    """What came of collecting: students whose notebook was taken, and a line for each thing that was not."""

    students: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def collect(source: Path, course: Course, lab: str) -> Collected:
    """Copies the notebooks in `source`, a folder or a zip of one, into the course.

    Raises CourseError where the source cannot be read, holds no notebook, or the course does not have the lab.
    """
    if lab not in course.labs():
        raise CourseError(f"the course has no lab {lab!r}: it has {', '.join(course.labs()) or 'none yet'}.")
    if source.is_dir():
        return _take(_in_folder(source), course, lab, source)
    if not source.is_file():
        raise CourseError(f"{source} does not exist.")
    if source.suffix == ".ipynb":
        return _take([(PurePosixPath(source.name), lambda: _limited(source))], course, lab, source)
    if not zipfile.is_zipfile(source):
        raise CourseError(f"{source} is neither a folder nor a zip file.")
    with zipfile.ZipFile(source) as archive:
        return _take(_in_zip(archive), course, lab, source)


def student_id(name: str) -> str:
    """A name as one path segment without surprises; empty where nothing of it is left."""
    name = unicodedata.normalize("NFC", name)
    return re.sub(r"[^\w.@-]+", "_", name).strip("._-")[:80]


def _in_folder(folder: Path) -> list[tuple[PurePosixPath, Callable[[], bytes]]]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())
    return [(PurePosixPath(path.relative_to(folder).as_posix()), lambda path=path: _limited(path)) for path in files]


def _limited(path: Path) -> bytes:
    if path.stat().st_size > LARGEST:
        raise ValueError(f"larger than {LARGEST >> 20} MB")
    return path.read_bytes()


def _in_zip(archive: zipfile.ZipFile) -> list[tuple[PurePosixPath, Callable[[], bytes]]]:
    def read(member: zipfile.ZipInfo) -> bytes:
        with archive.open(member) as file:
            data = file.read(LARGEST + 1)  # the size in the directory of a zip can lie
        if len(data) > LARGEST:
            raise ValueError(f"larger than {LARGEST >> 20} MB")
        return data

    return [
        (PurePosixPath(member.filename.replace("\\", "/")), lambda member=member: read(member))
        for member in archive.infolist()
        if not member.is_dir()
    ]


def _take(files: list[tuple[PurePosixPath, Callable[[], bytes]]], course: Course, lab: str, source: Path) -> Collected:
    files = [(path, read) for path, read in files if not IGNORED & set(path.parts)]
    first = {path.parts[0] for path, _ in files}
    if len(first) == 1 and all(len(path.parts) > 2 for path, _ in files):  # a folder that was zipped as a whole
        files = [(PurePosixPath(*path.parts[1:]), read) for path, read in files]
    done, found = Collected(), defaultdict(list)
    for path, read in files:
        if ".." in path.parts or path.is_absolute():
            done.skipped.append(f"{path}: leads out of the archive")
        elif path.suffix.lower() != ".ipynb":
            done.skipped.append(f"{path}: not a notebook")
        else:
            one = _whose(path, read)
            if one.student:
                found[one.student].append(one)
            else:
                done.skipped.append(f"{path}: no student's name in it")
    for student, several in sorted(_apart(found).items()):
        *others, best = sorted(several, key=lambda one: _preference(one, lab))
        done.skipped += [f"{one.where}: {student} has another one, {best.where}" for one in others]
        try:
            data = best.read()
        except Exception as error:  # zipfile raises many kinds for a damaged or encrypted member
            done.skipped.append(f"{best.where}: cannot be read ({error})")
            continue
        _put(course, lab, student, best, data)
        done.students.append(student)
    if not found:
        raise CourseError(f"{source} holds no notebook of a student.")
    return done


def _whose(path: PurePosixPath, read: Callable[[], bytes]) -> Found:
    """The student, by the platform's way of naming: a folder per student, or a file whose name tells."""
    if len(path.parts) > 1:
        match = MOODLE.match(path.parts[0])
        if match:
            name = match["name"].strip()
            origin = {"platform": "moodle", "id": match["id"], "name": name}
            return Found(student_id(name), str(path), path.name, read, origin)
        return Found(student_id(path.parts[0]), str(path), path.name, read)
    match = CANVAS.match(path.name)
    if match:
        origin = {"platform": "canvas", "id": match["id"], "name": match["name"]}
        return Found(student_id(f"{match['name']}_{match['id']}"), str(path), match["file"], read, origin)
    return Found(student_id(path.stem), str(path), path.name, read)


def _apart(found: dict[str, list[Found]]) -> dict[str, list[Found]]:
    """Two people of one name, whom the platform tells apart by number, stay two."""
    apart = defaultdict(list)
    for student, several in found.items():
        ids = {one.origin.get("id") for one in several}
        for one in several:
            apart[student if len(ids) == 1 else f"{student}_{one.origin.get('id', '')}".rstrip("_")].append(one)
    return apart


def _preference(one: Found, lab: str) -> tuple[bool, int, str]:
    """The file with the lab's name comes before others, a later version (-1, -2, …) before an earlier one."""
    stem = PurePosixPath(one.file).stem
    version = VERSION.search(stem)
    return lab in stem, int(version[1]) if version and stem != lab else 0, one.where


def _put(course: Course, lab: str, student: str, one: Found, data: bytes) -> None:
    folder = course.path / "submitted" / student / lab
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{lab}.ipynb").write_bytes(data)
    origin = folder / ORIGIN
    if one.origin:
        origin.write_text(json.dumps({**one.origin, "file": one.where}, ensure_ascii=False) + "\n", encoding="utf-8")
    else:
        origin.unlink(missing_ok=True)
