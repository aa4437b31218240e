"""How a page is looked at: by axe in both schemes, at 375 px, by keyboard. Each returns what is wrong, in words; nothing is well."""

from functools import cache
from importlib.resources import files
from typing import Literal

from playwright.sync_api import Page

Scheme = Literal["light", "dark"]
NARROW = 375
"""CSS pixels: the narrowest window that everything works in."""
WIDE = 1440
_FEW = 3
"""Places that are named of one finding."""
_COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules whose answer depends on the scheme."""


@cache
def _axe() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


_ASK = """async ([everything, colours, few]) => {
  const seen = new Set(), some = [];
  for (const e of document.body.querySelectorAll("*")) {
    if (!e.matches("input, select, textarea") && ![...e.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.data.trim())) continue;
    const look = getComputedStyle(e);
    let under = "";
    for (let a = e; a; a = a.parentElement) { const s = getComputedStyle(a); under += s.backgroundColor + s.opacity + s.backgroundImage; }
    const sign = [look.color, look.fontSize, look.fontWeight, look.textDecorationLine, e.tagName === "A", e.matches(":disabled"), under].join();
    if (!seen.has(sign)) { seen.add(sign); some.push(e); }
  }
  const common = {iframes: false, preload: false, resultTypes: ["violations"]};
  const told = [await axe.run({include: some}, {...common, runOnly: {type: "rule", values: colours}})];
  if (everything) told.push(await axe.run(document, {...common, rules: {"target-size": {enabled: true}, "color-contrast": {enabled: false}}}));
  return told.flatMap(t => t.violations).map(v => ({id: v.id, help: v.help, nodes: v.nodes.slice(0, few).map(n =>
    ({at: n.target.join(" "), html: n.html.slice(0, 160), cure: n.failureSummary}))}));
}"""


def axe(page: Page, *schemes: Scheme) -> list[str]:
    """Ask axe about the page as it stands, in both schemes unless told; messages shown in frames are not ours to judge.

    Contrast, which costs most, is asked of one element of each kind that looks the same on the same ground.
    """
    found: list[str] = []
    for number, scheme in enumerate(schemes or ("light", "dark")):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        if number == 0 and not page.evaluate("() => typeof window.axe === 'object'"):
            page.evaluate(_axe())
        for each in page.evaluate(_ASK, [number == 0, _COLOURS, _FEW]):
            found += [
                f"{page.url} ({scheme}): {each['id']}: {each['help']}\n    at {node['at']}: {node['html']}\n    {' '.join(node['cure'].split())}"
                for node in each["nodes"]
            ]
    return found


_SIDEWAYS = """() => {
  const root = document.documentElement, room = root.clientWidth;
  if (root.scrollWidth <= room) return [];
  const scrolls = element => { for (let e = element.parentElement; e && e !== document.body; e = e.parentElement)
    if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(e).overflowX)) return true; return false; };
  const wide = [...document.body.querySelectorAll("*")].filter(e => {
    const box = e.getBoundingClientRect(); return box.width && box.right > room + 1 && !scrolls(e); });
  const told = wide.filter(e => ![...e.children].some(c => wide.includes(c))).slice(0, 5).map(e =>
    `${e.tagName.toLowerCase()}${e.id ? "#" + e.id : ""}${e.className && e.className.baseVal === undefined ? "." + e.className.replaceAll(" ", ".") : ""}`
    + ` reaches ${Math.round(e.getBoundingClientRect().right)} px: ${e.textContent.trim().slice(0, 60)}`);
  return [`the page is ${root.scrollWidth} px wide in a window of ${room}`, ...told];
}"""


def sideways(page: Page, width: int = NARROW) -> list[str]:
    """Narrow the window; tell what makes the page scroll sideways. The window stays narrow."""
    page.set_viewport_size({"width": width, "height": 800})
    return [f"{page.url} at {width} px: {each}" for each in page.evaluate(_SIDEWAYS)]


_KEYBOARD = """() => {
  const wanted = 'a[href], area[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex], [contenteditable=""], [contenteditable=true]';
  const named = e => `${e.tagName.toLowerCase()}${e.id ? "#" + e.id : ""} “${(e.getAttribute("aria-label") || e.textContent || e.name || "").trim().replace(/\\s+/g, " ").slice(0, 50)}”`;
  const shown = e => e.checkVisibility({checkVisibilityCSS: true, checkOpacity: false}) && !e.closest("[inert]");
  const look = e => { const s = getComputedStyle(e), b = getComputedStyle(e, "::before"), a = getComputedStyle(e, "::after");
    return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow, s.backgroundColor, s.borderColor, s.textDecoration, b.outline, a.outline, b.boxShadow, a.boxShadow].join("|"); };
  const around = e => [e, e.labels?.[0], e.parentElement].filter(Boolean).map(look).join("§");
  const told = [];
  if ([...document.querySelectorAll("[tabindex]")].some(e => e.tabIndex > 0)) told.push("a positive tabindex changes the order");
  for (const e of document.querySelectorAll("[onclick], [hx-get], [hx-post], [role=button], [role=link], [role=tab], [role=menuitem]"))
    if (shown(e) && e.tabIndex < 0 && !e.matches("form, [role=tab], [role=menuitem]") && !e.getAttribute("hx-trigger")) told.push(`${named(e)} is clickable and cannot be focused`);
  const before = document.activeElement, looked = new Set();
  for (const e of document.querySelectorAll(wanted)) {
    if (!shown(e) || e.disabled || e.closest("dialog:not([open])")) continue;
    if (e.tabIndex < 0) continue;
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    const alike = `${e.tagName} ${e.className} ${e.type} ${e.parentElement.className} ${e.parentElement.tagName}`;
    const plain = looked.has(alike) ? null : around(e);
    looked.add(alike);
    e.focus({focusVisible: true});
    if (document.activeElement !== e) { told.push(`${named(e)} cannot be focused`); continue; }
    if (plain !== null && around(e) === plain) told.push(`${named(e)} does not show that it has the focus`);
    const box = e.getBoundingClientRect();
    if (box.width && (box.bottom < 0 || box.top > innerHeight)) told.push(`${named(e)} has the focus out of sight`);
  }
  if (before instanceof HTMLElement) before.focus();
  return told;
}"""


def unreachable(page: Page) -> list[str]:
    """Tell what cannot be reached by keyboard, or does not show that it has the focus."""
    page.keyboard.press("Tab")  # from here on the browser shows the focus, as for somebody with a keyboard
    return [f"{page.url} by keyboard: {each}" for each in page.evaluate(_KEYBOARD)]


def tabbed(page: Page, most: int = 200) -> list[str]:
    """Walk the page with real presses of Tab from its beginning; return what had the focus, in order."""
    page.evaluate(
        "() => { document.activeElement?.blur?.(); getSelection()?.removeAllRanges(); scrollTo(0, 0); }"
    )
    walked: list[str] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        name = page.evaluate(
            "() => { const e = document.activeElement; return e && e !== document.body"
            " ? `${e.tagName.toLowerCase()} ${(e.getAttribute('aria-label') || e.textContent || e.name || e.value || '').trim().slice(0, 60)}` : ''; }"
        )
        if not name:
            break
        walked.append(str(name))
    return walked


_BONES = """() => {
  const told = [];
  if (!document.documentElement.lang) told.push("the page does not say its language");
  if (!document.title.trim()) told.push("the page has no title");
  if (document.querySelectorAll("main").length !== 1) told.push("the page has not exactly one <main>");
  if (document.querySelectorAll("h1").length !== 1) told.push(`the page has ${document.querySelectorAll("h1").length} <h1>`);
  for (const e of document.querySelectorAll("[style], [onclick], [onload], [onchange], [onsubmit], a[href^='javascript:' i]"))
    if (!e.closest("svg")) told.push(`${e.outerHTML.slice(0, 120)} would need unsafe-inline`);
  const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
  for (const id of new Set(ids.filter((id, n) => ids.indexOf(id) !== n))) told.push(`the id ${id} occurs twice`);
  return told;
}"""


def bones(page: Page) -> list[str]:
    """Tell what every page must have and this one has not."""
    return [f"{page.url}: {each}" for each in page.evaluate(_BONES)]


def headings(page: Page) -> list[str]:
    """The headings and captions that are seen in the page, by which its content is known."""
    shown = "() => [...document.querySelectorAll('main h1, main h2, main caption, main legend')].filter(e => e.checkVisibility()).map(e => e.textContent.trim().replace(/\\s+/g, ' '))"
    return list(page.evaluate(shown))
