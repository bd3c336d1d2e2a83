"""axe-core, Deque's checker of accessibility, run inside the page that the browser shows."""

from pathlib import Path

#: axe-core 4.14.1 as its package ships it (Mozilla Public License 2.0), so that no test fetches.
AXE = Path(__file__).parent / "vendor" / "axe.min.js"

# A colour on its way to another is none that a reader reads.
STILL = """const style = document.createElement('style');
  style.textContent = '* { transition: none !important; animation: none !important; }';
  document.head.append(style);"""

RUN = """const done = arguments[0];
  axe.run(document, {resultTypes: ['violations']}).then(
    ({violations}) => done(violations.flatMap(({id, nodes}) => nodes.map(
      (node) => `${id}: ${node.html.slice(0, 160)} — ${node.failureSummary}`))),
    (error) => done([`axe itself failed: ${error}`]))"""


def findings(browser) -> list[str]:
    """What axe finds wrong in the page as it is now, by all its rules; one line for each place."""
    browser.execute_script(STILL)
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    return [" ".join(line.split()) for line in browser.execute_async_script(RUN)]
