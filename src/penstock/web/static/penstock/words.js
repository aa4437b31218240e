// The words of a text block: a small part of HTML between the document and a field in which they are written. Whatever stands in the
// document, only elements and styles that are listed here reach the page, and no Liquid is taken apart.
const INLINE = new Set(["STRONG", "B", "EM", "I", "U", "S", "SUB", "SUP", "CODE", "SPAN", "A", "BR"]);
const BLOCK = new Set(["P", "UL", "OL", "LI", "BLOCKQUOTE"]);
const STYLES = ["color", "background-color", "text-align", "font-size", "font-weight", "text-decoration"];
const LIQUID = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;
const HELD = /\uE000(\d+)\uE001/g;

/** Hold Liquid back while something else reads the text. */
function hold(text) {
  const held = [];
  return [text.replace(LIQUID, found => `\uE000${held.push(found) - 1}\uE001`), words => words.replace(HELD, (_, n) => held[n] ?? "")];
}

/** Make nodes of the HTML of a text block. */
export function nodesOf(html) {
  const [text, restored] = hold(html);
  // A style attribute is refused to pages by their policy: it is read as data, and set property by property.
  const kept = text.replace(/<[^>]*>/g, tag => tag.replace(/\sstyle\s*=/gi, " data-style="));
  const read = new DOMParser().parseFromString(kept, "text/html");
  const made = document.createDocumentFragment();
  for (const child of read.body.childNodes) copy(child, made, restored);
  return made;
}

function copy(node, into, restored) {
  if (node.nodeType === Node.TEXT_NODE) {
    into.append(restored(node.data));
    return;
  }
  if (node.nodeType !== Node.ELEMENT_NODE) return;
  const known = INLINE.has(node.tagName) || BLOCK.has(node.tagName);
  if (["SCRIPT", "STYLE", "TEMPLATE", "IFRAME", "OBJECT"].includes(node.tagName)) return;
  const made = known ? document.createElement(node.tagName) : into;
  if (known) {
    into.append(made);
    if (node.tagName === "A") made.dataset.href = restored(node.getAttribute("href") ?? "");
    for (const style of (node.dataset.style ?? "").split(";")) {
      const [name, value] = style.split(":").map(part => part.trim());
      if (STYLES.includes(name) && value) made.style.setProperty(name, value);
    }
  }
  for (const child of node.childNodes) copy(child, made, restored);
}

/** Return the HTML of what was written: paragraphs and lists, as the document may hold them. */
export function htmlOf(field) {
  let out = "";
  let loose = "";
  const close = () => {
    if (loose.replace(/<br>/g, "").trim()) out += `<p>${loose}</p>`;
    loose = "";
  };
  for (const node of field.childNodes) {
    if (node.nodeType === Node.ELEMENT_NODE && (BLOCK.has(node.tagName) || /^(DIV|H[1-6])$/.test(node.tagName))) {
      close();
      out += written(node, /^(DIV|H[1-6])$/.test(node.tagName) ? "p" : node.tagName.toLowerCase());
    } else loose += written(node);
  }
  close();
  return out;
}

function written(node, name = node.nodeName.toLowerCase()) {
  if (node.nodeType === Node.TEXT_NODE) return escaped(node.data);
  if (node.nodeType !== Node.ELEMENT_NODE) return "";
  if (name === "br") return "<br>";
  const inner = [...node.childNodes].map(child => written(child)).join("");
  const upper = name.toUpperCase();
  if (!INLINE.has(upper) && !BLOCK.has(upper)) return inner;
  if (name === "a") {
    const href = node.getAttribute("href") ?? node.dataset.href ?? "";
    return href ? `<a href="${escaped(href).replaceAll('"', "&quot;")}">${inner}</a>` : inner;
  }
  const styles = STYLES.filter(style => node.style.getPropertyValue(style)).map(style => `${style}:${plain(node.style.getPropertyValue(style))}`);
  if (name === "span" && !styles.length) return inner;
  return `<${name}${styles.length ? ` style="${styles.join(";")}"` : ""}>${inner}</${name}>`;
}

/** A colour as the document writes it. */
function plain(value) {
  const rgb = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(value);
  return rgb ? `#${rgb.slice(1).map(part => Number(part).toString(16).padStart(2, "0")).join("")}` : value;
}

function escaped(text) {
  const [rest, restored] = hold(text);
  return restored(rest.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\u00a0", "&nbsp;"));
}

/** Make a field for the words of a block; `changed(html)` is called as somebody writes. */
export function field(box, html, changed) {
  const place = box.querySelector("[data-words]");
  const asking = box.querySelector(".words-link");
  const address = asking.querySelector("[data-address]");
  let range = null;
  place.replaceChildren(nodesOf(html));
  const tell = () => changed(htmlOf(place));
  const back = () => {
    place.focus();
    if (!range) return;
    const chosen = getSelection();
    chosen.removeAllRanges();
    chosen.addRange(range);
  };
  place.addEventListener("focus", () => {
    document.execCommand("defaultParagraphSeparator", false, "p");
    document.execCommand("styleWithCSS", false, false);
  });
  place.addEventListener("input", tell);
  place.addEventListener("blur", () => { range = getSelection().rangeCount ? getSelection().getRangeAt(0).cloneRange() : null; });
  place.addEventListener("paste", event => {
    event.preventDefault(); // words only: what comes with them from elsewhere is seldom meant
    document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
  });
  box.addEventListener("mousedown", event => { if (event.target.closest("[data-do]")) event.preventDefault(); });
  box.addEventListener("click", event => {
    const what = event.target.closest("[data-do]")?.dataset.do;
    if (what === "link") {
      if (document.activeElement === place) range = getSelection().getRangeAt(0).cloneRange();
      address.value = around(range)?.dataset.href ?? "";
      asking.hidden = false;
      address.focus();
    } else if (what) {
      back();
      document.execCommand(what);
      tell();
    } else if (event.target.closest("[data-link-done]")) setLink();
  });
  address.addEventListener("keydown", event => {
    if (event.key === "Enter") { event.preventDefault(); setLink(); }
    if (event.key === "Escape") { event.stopPropagation(); asking.hidden = true; back(); }
  });
  const setLink = () => {
    asking.hidden = true;
    back();
    const there = around(range);
    const href = address.value.trim();
    if (there && href) { there.removeAttribute("href"); there.dataset.href = href; }
    else if (there) there.replaceWith(...there.childNodes);
    else if (href && range && !range.collapsed) {
      const link = document.createElement("a");
      link.dataset.href = href;
      link.append(range.extractContents());
      range.insertNode(link);
    } else if (href) document.execCommand("insertText", false, href);
    tell();
  };
  const around = where => {
    const node = where?.commonAncestorContainer;
    const found = (node?.nodeType === Node.ELEMENT_NODE ? node : node?.parentElement)?.closest("a");
    return found && place.contains(found) ? found : null;
  };
}
