// Puts a new version of a piece of the page in place of the old one, changing no more than what differs: what has the focus keeps it,
// menus stay open, what was typed stays.

/** Make `from` (in the page) look like `to` (not in it). Children with an id, data-key or data-command are known again by it. */
export function morph(from, to) {
  attributes(from, to);
  children(from, to);
}

/** Put `node` before `next` in `parent`; where the browser can it keeps its focus, else it gets it back. */
export function place(parent, node, next) {
  if (node.parentNode === parent && node.nextSibling === next) return;
  if (parent.moveBefore && node.isConnected && parent.isConnected) {
    parent.moveBefore(node, next);
    return;
  }
  const focused = node.contains(document.activeElement) ? document.activeElement : null;
  parent.insertBefore(node, next);
  focused?.focus({ preventScroll: true });
}

const OWN = { DETAILS: ["open"], INPUT: ["value", "checked"], FORM: ["data-sent"], DIALOG: ["open"] };

function attributes(from, to) {
  const own = OWN[from.nodeName] ?? [];
  const hidden = from.nodeName === "INPUT" && from.type === "hidden";
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value && (hidden || !own.includes(name))) from.setAttribute(name, value);
  }
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !own.includes(name)) from.removeAttribute(name);
  }
}

function children(from, to) {
  let next = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    const known = same(from, next, wanted);
    if (!known) {
      from.insertBefore(document.importNode(wanted, true), next);
      continue;
    }
    if (known === next) next = next.nextSibling;
    else place(from, known, next);
    if (known.nodeType === Node.ELEMENT_NODE) morph(known, wanted);
    else if (known.nodeValue !== wanted.nodeValue) known.nodeValue = wanted.nodeValue;
  }
  while (next) {
    const gone = next;
    next = next.nextSibling;
    gone.remove();
  }
}

/** The node that is to become `wanted`: the one with its key wherever it stands, else the next one of the same kind without any. */
function same(from, next, wanted) {
  const key = keyOf(wanted);
  if (key) {
    if (wanted.id) return document.getElementById(wanted.id);
    for (let node = next; node; node = node.nextSibling) if (keyOf(node) === key) return node;
    return null;
  }
  if (wanted.nodeType !== Node.ELEMENT_NODE) return next?.nodeName === wanted.nodeName ? next : null;
  for (let node = next; node; node = node.nextSibling) if (node.nodeName === wanted.nodeName && !keyOf(node)) return node;
  return null;
}

function keyOf(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return "";
  const named = node.nodeName === "FORM" ? node.querySelector(":scope > [data-command]") : node;
  const key = node.dataset.key ?? named?.dataset.command;
  return node.id || (key ? `${node.nodeName} ${key}` : "");
}
