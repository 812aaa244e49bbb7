"""Screenshots of the real thing for the README, and for looking at a lab before it is released.

    python -m tools.screenshots FOLDER [--lab LAB] [--themes light,dark] [--whole] [--page FILE.html …]

The lab is executed with the reference filled in but one SelfAttention mistake, opened in JupyterLab in headless
Chromium, and photographed: the SelfAttention check and, with --whole, the notebook screen by screen. Each --page is
photographed as it stands. Needs Chromium on the machine.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from playwright.sync_api import Page, sync_playwright

from autograder import reference
from autograder.lessons import grade_id
from autograder.release import student_notebook

THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def worked_notebook(lab: str, folder: Path) -> Path:
    """The student's notebook with answers in it, executed: all right but for scores divided by m."""
    nb = student_notebook(lab)
    for cell in nb.cells:
        if grade_id(cell) in reference.sources(lab):
            name = grade_id(cell)
            cell.source = reference.sources(lab)[name].replace("### BEGIN SOLUTION", "").replace("### END SOLUTION", "")
            if name == "SelfAttention":
                cell.source = cell.source.replace("/ math.sqrt(m)", "/ m")
    NotebookClient(nb, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    path = folder / f"{lab}.ipynb"
    nbformat.write(nb, path)
    return path


@contextlib.contextmanager
def jupyter(folder: Path, theme: str) -> Iterator[str]:
    """A JupyterLab on loopback in `folder`, formgrader with it; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = folder / f".settings-{theme}" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "themes.jupyterlab-settings").write_text(json.dumps({"theme": THEMES[theme]}))
    (settings / "notification.jupyterlab-settings").write_text(
        json.dumps({"fetchNews": "false", "checkForUpdates": False})
    )
    environment = {
        **os.environ,
        "JUPYTERLAB_SETTINGS_DIR": str(settings.parents[1]),
        "JUPYTER_CONFIG_DIR": str(folder / ".c"),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}", "--allow-root"]
    command += ["--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True", f"--ServerApp.root_dir={folder}"]
    nowhere = subprocess.DEVNULL
    server = subprocess.Popen(command, env=environment, cwd=folder, stdout=nowhere, stderr=nowhere)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{address}/api").read()
                break
            time.sleep(0.25)
        yield address
    finally:
        server.terminate()
        server.wait()


def photograph_lab(page: Page, address: str, lab: str, theme: str, out: Path, whole: bool) -> None:
    """The check of SelfAttention and, if wanted, every screen of the notebook."""
    page.goto(f"{address}/lab/tree/{lab}.ipynb?reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    page.keyboard.press("Control+b")  # without the file browser
    page.wait_for_timeout(4000)
    scroller = page.locator(".jp-WindowedPanel-outer").first
    screens, previous = 0, -1
    found = False
    while True:
        card = page.get_by_text("SelfAttention: not yet").first
        if not found and card.count():
            card.scroll_into_view_if_needed()
            page.wait_for_timeout(800)
            page.get_by_text("SelfAttention: not yet").locator(
                "xpath=ancestor::div[contains(@class,'jp-Cell ') or contains(@class,'jp-CodeCell')][1]"
            ).first.screenshot(path=out / f"check-{theme}.png")
            found = True
        if whole:
            page.screenshot(path=out / f"{lab}-{theme}-{screens:02d}.png")
        screens += 1
        place = scroller.evaluate("e => { e.scrollBy(0, e.clientHeight - 60); return e.scrollTop; }")
        page.wait_for_timeout(700)
        if place == previous or screens > 80 or (found and not whole):
            return
        previous = place


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lab", default="01_self_attention")
    parser.add_argument("--themes", default="light,dark")
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--page", type=Path, action="append", default=[])
    options = parser.parse_args()
    browser_path = shutil.which("chromium") or shutil.which("google-chrome")
    if browser_path is None:
        parser.error("no Chromium on this machine")
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as play:
        folder = Path(scratch)
        worked_notebook(options.lab, folder)
        browser = play.chromium.launch(executable_path=browser_path, args=FLAGS)
        for theme in options.themes.split(","):
            page = browser.new_page(viewport={"width": 1200, "height": 1000}, color_scheme=theme)
            with jupyter(folder, theme) as address:
                photograph_lab(page, address, options.lab, theme, options.folder, options.whole)
            for path in options.page:
                page.goto(path.resolve().as_uri())
                page.wait_for_timeout(500)
                page.screenshot(path=options.folder / f"{path.stem}-{theme}.png", full_page=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
