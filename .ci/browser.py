#!/usr/bin/env python3
"""Opens HTML reports in headless Chromium, at the width of a laptop and of a phone, light and dark, and prints
them. Each page must fetch nothing, run nothing, fit its screen, and lead where its links say. What was seen is
kept in target/browser/ as pictures and as PDF."""

import argparse
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / ".packaging"))
import tools  # noqa: E402
from scenes import HOSTILE, Scenes  # noqa: E402

TARGET = tools.TARGET
OUT = TARGET / "browser"
PROGRAM = TARGET / "debug" / "trailproof"
# The virtual environment, under target/tools, and what is in it.
ENVIRONMENT = "browser-venv"
WHEELS = {"selenium": "4.40.0"}
TOOLS = ["chromium", "chromedriver", "pdftotext", "pdftoppm"]

# A laptop, and a phone: width, height, pixels for each pixel of CSS.
SCREENS = {"laptop": (1280, 800, 1), "phone": (390, 844, 2)}
# Links and folds that are clicked on one page, spread over it. The others are checked without a click.
CLICKS = 30
# Characters at the beginning of a sheet that count as its head.
HEAD = 600
# Pages of a print that are kept as pictures.
PICTURES = 4


class Failures(list):
    """What did not hold, each in one line."""

    def add(self, where, what):
        self.append(f"{where}: {what}")
        print(f"FAILED {where}: {what}", file=sys.stderr, flush=True)


# Texts that reach beyond the right edge, unless they scroll by themselves.
TOO_WIDE = """
const width = arguments[0], found = [], range = document.createRange();
const scrolls = e => { for (; e && e !== document.body; e = e.parentElement)
  if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(e).overflowX)) return true; };
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (texts.nextNode() && found.length < 3) {
  range.selectNodeContents(texts.currentNode);
  if (range.getBoundingClientRect().right > width && !scrolls(texts.currentNode.parentElement))
    found.push(texts.currentNode.textContent.trim().slice(0, 80));
}
return [document.documentElement.scrollWidth, found];
"""
# What runs or fetches, or could.
ACTIVE = """
const found = [...document.querySelectorAll(
  'script, img, iframe, object, embed, link, base, form, video, audio, meta[http-equiv=refresh]')];
for (const e of document.querySelectorAll('*'))
  for (const a of e.attributes)
    if (/^on/i.test(a.name) || /^(src|srcset|poster|action|xlink:href)$/i.test(a.name)) found.push(e);
for (const a of document.querySelectorAll('[href]'))
  if (!/^(#|https?:|mailto:)/i.test(a.getAttribute('href'))) found.push(a);
return found.map(e => e.outerHTML.slice(0, 100));
"""
# Links within the page without a target, and ids that are not unique.
BROKEN = """
const found = [], ids = new Set();
for (const e of document.querySelectorAll('[id]')) {
  if (ids.has(e.id)) found.push('the id ' + e.id + ' is used twice');
  ids.add(e.id);
}
for (const a of document.querySelectorAll('a[href^="#"]'))
  if (!ids.has(decodeURIComponent(a.getAttribute('href').slice(1))))
    found.push('the link ' + a.getAttribute('href') + ' (' + a.textContent.trim() + ') has no target');
return found;
"""
# Folds everything but what holds a link, so that its target must unfold by itself.
ONLY_LINK_OPEN = """
const link = arguments[0];
for (const d of document.querySelectorAll('details')) d.open = d.contains(link);
link.scrollIntoView({block: 'center', inline: 'center'});
"""
SHOWS_TARGET = """
const id = decodeURIComponent(arguments[0].getAttribute('href').slice(1));
const at = document.getElementById(id)?.getBoundingClientRect();
return at && location.hash === arguments[0].getAttribute('href') && (at.width > 0 || at.height > 0)
  && at.top < innerHeight && at.bottom > -1;
"""
OPEN_AROUND = """
for (const d of document.querySelectorAll('details')) d.open = d !== arguments[0] && d.contains(arguments[0]);
arguments[0].scrollIntoView({block: 'center', inline: 'center'});
"""
# Folds that do not change the height of the page when they open, without a click.
STUCK = """
const found = [];
for (const d of document.querySelectorAll('details')) {
  for (let p = d.parentElement; p; p = p.parentElement) if (p.tagName === 'DETAILS') p.open = true;
  d.open = false;
  const folded = d.getBoundingClientRect().height;
  d.open = true;
  if (d.getBoundingClientRect().height <= folded) found.push(d.textContent.trim().slice(0, 60));
}
return found;
"""


class Browser:
    """Chromium without a window, under chromedriver."""

    def __init__(self):
        from selenium import webdriver
        from selenium.webdriver.chrome.options import Options
        from selenium.webdriver.chrome.service import Service

        options = Options()
        options.binary_location = shutil.which("chromium")
        for switch in [
            # The tests may run as root, and in a container with little shared memory.
            "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars",
            # Only what a page itself fetches may show in its log.
            "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-extensions", "--disable-default-apps", "--allow-file-access-from-files",
        ]:
            options.add_argument(switch)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        # The driver is given, so that nothing looks for one in the network.
        self.driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        self.driver.set_page_load_timeout(60)
        self.driver.set_script_timeout(60)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.driver.quit()

    def command(self, name, **arguments):
        return self.driver.execute_cdp_cmd(name, arguments)

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def all(self, selector):
        return self.driver.find_elements("css selector", selector)

    def screen(self, name, scheme):
        """Shows pages as on this screen, light or dark."""
        width, height, scale = SCREENS[name]
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale,
                     mobile=name == "phone")
        self.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        return width

    def open(self, page):
        self.driver.get_log("performance")
        self.driver.get(page.as_uri())

    def fetched(self, page):
        """The addresses that were asked for since the page was opened, beside its own."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        asked = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
        return [url for url in asked if url.split("#")[0] != page.as_uri()]

    def picture(self, path, whole=False):
        """A picture of the screen, or of the page up to a bound that pictures have."""
        more = {}
        if whole:
            size = self.command("Page.getLayoutMetrics")["cssContentSize"]
            height = min(size["height"], 8000)
            more = {"captureBeyondViewport": True,
                    "clip": {"x": 0, "y": 0, "width": size["width"], "height": height, "scale": 1}}
        path.write_bytes(base64.b64decode(self.command("Page.captureScreenshot", **more)["data"]))


def spread(items, most):
    """At most so many items, spread over all of them."""
    step = max(1, -(-len(items) // most))
    return items[::step]


def check_screens(browser, scene, failures):
    """Width, light and dark, messages and requests."""
    for screen in SCREENS:
        for scheme in ("light", "dark"):
            where = f"{scene.name} on a {screen}, {scheme}"
            width = browser.screen(screen, scheme)
            browser.open(scene.page)
            browser.picture(OUT / f"{scene.name}-{screen}-{scheme}.png")
            if scheme == "light":
                browser.picture(OUT / f"{scene.name}-{screen}-long.png", whole=True)
            for state in ("folded", "unfolded"):
                reach, found = browser.js(TOO_WIDE, width)
                if reach > width:
                    failures.add(where, f"{state}, the page scrolls sideways: it is {reach} pixels wide: {found}")
                browser.js("for (const d of document.querySelectorAll('details')) d.open = true")
            for message in browser.driver.get_log("browser"):
                failures.add(where, f"a message on the console: {message['message']}")
            for url in browser.fetched(scene.page):
                failures.add(where, f"the page fetches {url}")


def check_content(browser, scene, failures):
    """No active element, and the title as it was given."""
    for element in browser.js(ACTIVE):
        failures.add(scene.name, f"an element that runs or fetches: {element}")
    if "pwned" in (browser.driver.title.replace(HOSTILE, "")):
        failures.add(scene.name, "text from outside ran as a script")
    if scene.title not in browser.js("return document.body.innerText"):
        failures.add(scene.name, f"the title is not shown: {scene.title}")


def check_links(browser, scene, failures):
    """Every link within the page has its target, and a click shows it."""
    for broken in browser.js(BROKEN):
        failures.add(scene.name, broken)
    links = browser.all('a[href^="#"]')
    if not links:
        failures.add(scene.name, "the page has no links within it: a table of contents is missing")
    for link in spread(links, CLICKS):
        href = link.get_attribute("href").split("#")[-1]
        browser.js(ONLY_LINK_OPEN, link)
        try:
            link.click()
            shown = browser.js(SHOWS_TARGET, link)
        except Exception as error:  # noqa: BLE001 - whatever hides a link is a failure of the page
            failures.add(scene.name, f"the link #{href} cannot be clicked: {str(error).splitlines()[0]}")
            continue
        if not shown:
            failures.add(scene.name, f"a click on the link #{href} does not show its target")
    return len(links)


def check_folds(browser, scene, failures):
    """Each fold opens and closes."""
    folds = browser.all("details")
    if not folds:
        failures.add(scene.name, "nothing on the page folds: there is no <details>")
    for text in browser.js(STUCK):
        failures.add(scene.name, f"a fold shows nothing when it opens: {text}")
    for fold in spread(folds, CLICKS):
        browser.js(OPEN_AROUND, fold)
        summary = fold.find_element("css selector", "summary")
        states = []
        for _ in range(2):
            try:
                summary.click()
            except Exception as error:  # noqa: BLE001 - whatever hides a fold is a failure of the page
                failures.add(scene.name, f"a fold cannot be clicked: {str(error).splitlines()[0]}")
                break
            states.append(fold.get_property("open"))
        if states and states != [True, False]:
            failures.add(scene.name, f"two clicks on a fold leave it {states}: {summary.text[:60]}")
    return len(folds)


def words(text):
    """Text in one line: a print breaks lines where it must."""
    return " ".join(text.split())


def check_print(browser, scene, failures):
    """The print has title, verdict and date on each sheet."""
    browser.screen("laptop", "light")
    browser.open(scene.page)
    printed = browser.command("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, printBackground=True,
                              preferCSSPageSize=True)
    pdf = OUT / f"{scene.name}.pdf"
    pdf.write_bytes(base64.b64decode(printed["data"]))
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout
    # A form feed ends each page.
    sheets = text.split("\f")[:-1]
    heads = [words(sheet)[:HEAD] for sheet in sheets]
    for what, wanted in [("title", words(scene.title)[:30]), ("verdict", scene.verdict), ("date", scene.date)]:
        lacking = [number for number, head in enumerate(heads, 1) if wanted not in head]
        if lacking:
            failures.add(scene.name, f"the {what}, {wanted!r}, is missing at the head of {len(lacking)} of {len(sheets)} "
                                     f"sheets, first of {lacking[0]}: {heads[lacking[0] - 1][:120]!r}")
    subprocess.run(["pdftoppm", "-png", "-r", "70", "-l", str(PICTURES), pdf, OUT / f"{scene.name}-a4"], check=True)
    return len(sheets)


def check(browser, scene, failures):
    """Everything about one page, and one line that says so."""
    before = len(failures)
    check_screens(browser, scene, failures)
    check_content(browser, scene, failures)
    links = check_links(browser, scene, failures)
    folds = check_folds(browser, scene, failures)
    sheets = check_print(browser, scene, failures)
    for message in browser.driver.get_log("browser"):
        failures.add(scene.name, f"a message on the console: {message['message']}")
    if len(failures) == before:
        print(f"ok: {scene.name}: {links} links, {folds} folds, {sheets} sheets", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scene", nargs="*", help="only these scenes")
    parser.add_argument("--program", type=Path, default=PROGRAM, help="the program that makes the pages")
    given = parser.parse_args()
    lacking = [tool for tool in TOOLS if not shutil.which(tool)]
    if lacking:
        raise SystemExit(f"missing: {', '.join(lacking)}: apt-get install chromium chromium-driver poppler-utils")
    if not given.program.exists():
        raise SystemExit(f"missing: {given.program}: cargo build")
    tools.install_wheels(WHEELS, ENVIRONMENT)
    own = tools.python(ENVIRONMENT)
    if Path(sys.prefix) != own.parent.parent:
        os.execv(own, [own, __file__, *sys.argv[1:]])
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    failures = Failures()
    with tempfile.TemporaryDirectory(dir=OUT) as folder:
        pages = Scenes(given.program.resolve(), Path(folder)).make(given.scene)
        with Browser() as browser:
            for scene in pages:
                check(browser, scene, failures)
    if failures:
        raise SystemExit(f"{len(failures)} failures in {len(pages)} pages; pictures are in {OUT}")


if __name__ == "__main__":
    main()
