# SPDX-License-Identifier: MIT
"""A page as a browser shows it: a headless Chromium, where there is one.

It is 300 MB, so nothing here installs it: `apt-get install chromium-headless-shell`.
"""
import json
import re
import shutil
import subprocess
from html import unescape

import pytest

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
           "--virtual-time-budget=5000", "--enable-logging=stderr", "--dump-dom")
TELL = """
<script>
window.addEventListener("load", async () => {
  const all = (what, where = document) => [...where.querySelectorAll(what)];
  const wait = (time) => new Promise((go) => setTimeout(go, time));
  const told = {};
  try { SCRIPT } catch (error) { told.error = String(error); }
  const place = document.createElement("pre");
  place.id = "told";
  place.textContent = JSON.stringify(told);
  document.body.append(place);
});
</script>
"""


def look(page: str, script: str, folder, width: int = 1400, height: int = 900) -> dict:
    """What a script told (it fills `told`) on a page of so many pixels; nothing on the console."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("no Chromium here: apt-get install chromium-headless-shell")
    (folder / "page.html").write_text(page + TELL.replace("SCRIPT", script), encoding="utf-8")
    done = subprocess.run(
        [program, *OPTIONS, f"--window-size={width},{height}", f"--user-data-dir={folder}/profile",
         (folder / "page.html").as_uri()], capture_output=True, text=True, timeout=120)
    assert "CONSOLE" not in done.stderr, done.stderr
    found = re.search(r'<pre id="told">(.*?)</pre>', done.stdout, re.S)
    assert found, done.stderr
    told = json.loads(unescape(found[1]))
    assert "error" not in told, told["error"]
    return told
