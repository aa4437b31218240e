// The visual editor: the blocks of a letter in their order, added, moved (by dragging, by buttons, by keys), edited in place. The
// document stands in the form's field all the while, so the form is saved and previewed like any other.
import { say } from "./asking.js";
import { dragging } from "./drag.js";
import { fill, Fields } from "./fields.js";
import { inColumns, Letter } from "./letter.js";
import { show } from "./looks.js";

const box = document.querySelector("[data-blocks]");
const source = document.querySelector(".editor[data-form=design] [data-source]");
const template = name => document.querySelector(`template[${name}]`).content;

class Editor {
  constructor() {
    this.letter = new Letter(source.value);
    this.fresh = JSON.parse(template("data-fresh").textContent);
    this.titles = Object.fromEntries([...box.querySelectorAll("[data-add]")].map(each => [each.dataset.add, each.textContent.trim()]));
    this.canvas = box.querySelector(":scope > [data-canvas]");
    this.open = null; // the place of the block that is being edited, as a path
    this.here = []; // the list into which blocks are added
    box.hidden = false;
    source.closest(".source").hidden = true;
    box.addEventListener("click", event => this.click(event));
    box.addEventListener("keydown", event => this.key(event));
    dragging(box, this);
    const settings = box.querySelector("[data-settings]");
    new Fields(settings, () => this.letter.doc.settings, (step, key) => this.edit(step, `settings ${key}`));
    this.settings = settings;
    this.draw();
  }

  // -- what the page shows --------------------------------------------------

  draw(focus) {
    fill(this.settings, this.letter.doc.settings);
    this.list(this.canvas, []);
    box.querySelector("[data-empty]").hidden = this.letter.doc.blocks.length > 0;
    this.tools();
    if (focus) this.focus(focus);
  }

  list(canvas, place) {
    canvas.dataset.place = JSON.stringify(place);
    canvas.replaceChildren(...this.letter.list(place).map((block, index) => this.block(block, place, index)));
  }

  block(block, place, index) {
    const made = template("data-block").firstElementChild.cloneNode(true);
    const path = [...place, index];
    made.dataset.path = JSON.stringify(path);
    made.dataset.kind = block.type;
    const title = this.titles[block.type] ?? block.type;
    made.setAttribute("aria-label", `${title} ${path.map(n => n + 1).join(".")}`);
    const opener = made.querySelector("[data-open]");
    opener.textContent = title;
    const last = this.letter.list(place).length - 1;
    made.querySelector("[data-up]").disabled = index === 0 && !place.length;
    made.querySelector("[data-down]").disabled = index === last && !place.length;
    if (place.length) {
      const columns = this.letter.doc.blocks[place[0]].columns.length;
      made.querySelector("[data-left]").hidden = place[1] === 0;
      made.querySelector("[data-right]").hidden = place[1] === columns - 1;
    }
    this.look(made, block);
    if (this.open === made.dataset.path) this.expand(made, block, path);
    return made;
  }

  look(item, block) {
    const look = item.querySelector(":scope > .block-look");
    if (block.type !== "columns") {
      show(look, block, this.letter.doc.settings);
      return;
    }
    const place = JSON.parse(item.dataset.path);
    look.replaceChildren(...block.columns.map((column, n) => {
      const made = template("data-column").firstElementChild.cloneNode(true);
      this.list(made.querySelector("[data-canvas]"), [place[0], n]);
      made.querySelector("[data-here]").setAttribute("aria-pressed", String(JSON.stringify(this.here) === JSON.stringify([place[0], n])));
      return made;
    }));
    look.classList.add("is-columns");
  }

  expand(item, block, path) {
    const fields = item.querySelector(":scope > .block-fields");
    const form = document.querySelector(`template[data-fields="${CSS.escape(block.type)}"]`);
    if (!form) return;
    fields.replaceChildren(form.content.cloneNode(true));
    fields.hidden = false;
    item.classList.add("open");
    item.querySelector("[data-open]").setAttribute("aria-expanded", "true");
    const now = () => this.letter.list(path.slice(0, -1))[path.at(-1)];
    const change = (step, key) => {
      this.edit(step, `${path} ${key}`);
      if (key === "columns") this.draw(path);
      else this.look(item, now());
    };
    new Fields(fields, now, change);
  }

  tools() {
    box.querySelector("[data-undo]").disabled = !this.letter.past.length;
    box.querySelector("[data-redo]").disabled = !this.letter.future.length;
  }

  /** Put the document into the form's field, and tell those who save and preview it. */
  told() {
    source.value = this.letter.words;
    source.dispatchEvent(new Event("input", { bubbles: true }));
    this.tools();
  }

  edit(step, key) {
    if (this.letter.change(step, key)) this.told();
  }

  focus(path, what = "[data-open]") {
    const item = this.canvas.querySelector(`[data-path="${JSON.stringify(path)}"]`);
    (item?.querySelector(what) ?? this.canvas).focus();
    item?.scrollIntoView({ block: "nearest" });
  }

  // -- what is done ----------------------------------------------------------

  click(event) {
    const at = name => event.target.closest(`[data-${name}]`);
    if (at("undo")) this.travel("undo");
    else if (at("redo")) this.travel("redo");
    else if (at("add")) this.add(at("add").dataset.add);
    else if (at("here")) this.choose(at("here"));
    else {
      const item = event.target.closest("[data-path]");
      if (!item) return;
      const path = JSON.parse(item.dataset.path);
      if (at("up")) this.step(path, -1, "[data-up]");
      else if (at("down")) this.step(path, 1, "[data-down]");
      else if (at("left")) this.aside(path, -1);
      else if (at("right")) this.aside(path, 1);
      else if (at("twice")) this.twice(path);
      else if (at("delete")) this.remove(path);
      else if (at("open") || (at("look-of") && !item.classList.contains("open") && item.dataset.kind !== "columns")) this.toggle(item);
    }
  }

  key(event) {
    const item = event.target.closest("[data-path]");
    const typing = event.target.matches("input, textarea, select, [contenteditable]");
    const command = event.ctrlKey || event.metaKey;
    if (event.key === "Enter" && event.target.matches("input")) event.preventDefault(); // it would send the form
    if (command && !typing && event.key.toLowerCase() === "z") {
      event.preventDefault();
      this.travel(event.shiftKey ? "redo" : "undo");
    } else if (item && !typing) {
      const path = JSON.parse(item.dataset.path);
      const does = {
        ArrowUp: () => event.altKey && this.step(path, -1), ArrowDown: () => event.altKey && this.step(path, 1),
        ArrowLeft: () => event.altKey && this.aside(path, -1), ArrowRight: () => event.altKey && this.aside(path, 1),
        Delete: () => this.remove(path), d: () => command && this.twice(path),
      }[event.key];
      if (does && does() !== false) event.preventDefault();
    } else if (item && event.key === "Escape" && item.classList.contains("open")) this.toggle(item);
  }

  travel(way) {
    if (!this.letter[way]()) return;
    this.open = null;
    this.told();
    this.draw();
    say(way === "undo" ? box.dataset.undone : box.dataset.redone);
  }

  choose(button) {
    const place = JSON.parse(button.parentElement.querySelector("[data-canvas]").dataset.place);
    this.here = JSON.stringify(this.here) === JSON.stringify(place) ? [] : place;
    this.draw();
    for (const each of box.querySelectorAll("[data-here][aria-pressed=true]")) each.focus();
  }

  /** Add a new block behind the one that is open, or at the end: before the footer, which stays last. */
  add(kind, place = null, index = null) {
    const open = this.open ? JSON.parse(this.open) : null;
    const valid = list => inColumns(kind) || !list.length;
    let where = place ?? (this.here.length ? this.here : open?.slice(0, -1) ?? []);
    let at = index ?? (!this.here.length && open ? open.at(-1) + 1 : null);
    if (!valid(where)) [where, at] = [[], where[0] + 1];
    const blocks = this.letter.list(where);
    at ??= !where.length && blocks.at(-1)?.type === "footer" && kind !== "footer" ? blocks.length - 1 : blocks.length;
    this.letter.change(() => this.letter.list(where).splice(at, 0, structuredClone(this.fresh[kind])));
    this.open = JSON.stringify([...where, at]);
    this.told();
    this.draw([...where, at]);
    this.told1("added", at);
  }

  told1(what, index, total = 0) {
    say(box.dataset[what].replace("{place}", index + 1).replace("{total}", total));
  }

  place(from, to, index, focus = "[data-open]") {
    const block = this.letter.list(from.place)[from.index];
    if (!inColumns(block.type) && to.length) return;
    const wasOpen = this.open === JSON.stringify([...from.place, from.index]);
    this.letter.move(from, to, index);
    const path = this.pathOf(block, to);
    this.open = wasOpen ? JSON.stringify(path) : null;
    this.here = [];
    this.told();
    this.draw();
    this.focus(path, focus);
    this.told1("moved", path.at(-1), this.letter.list(path.slice(0, -1)).length);
  }

  /** Where a block stands after it was moved: a list before its columns may have become shorter. */
  pathOf(block, to) {
    const top = this.letter.doc.blocks.indexOf(block);
    if (top >= 0) return [top];
    for (const [n, each] of this.letter.doc.blocks.entries()) {
      for (const [m, column] of (each.columns ?? []).entries()) {
        if (column.blocks.includes(block)) return [n, m, column.blocks.indexOf(block)];
      }
    }
    return [...to, 0];
  }

  step(path, by, focus) {
    const place = path.slice(0, -1);
    const index = path.at(-1);
    const length = this.letter.list(place).length;
    const wanted = index + by;
    if (wanted >= 0 && wanted < length) this.place({ place, index }, place, by > 0 ? index + 2 : index - 1, focus);
    else if (place.length) this.place({ place, index }, [], place[0] + (by > 0 ? 1 : 0), focus);
  }

  /** Into the column beside; out of columns there is none. */
  aside(path, by) {
    if (path.length !== 3) return;
    const to = [path[0], path[1] + by];
    if (this.letter.doc.blocks[path[0]].columns[to[1]]) {
      this.place({ place: path.slice(0, -1), index: path[2] }, to, this.letter.list(to).length);
    }
  }

  twice(path) {
    const place = path.slice(0, -1);
    this.letter.change(() => {
      const blocks = this.letter.list(place);
      blocks.splice(path.at(-1) + 1, 0, structuredClone(blocks[path.at(-1)]));
    });
    const next = [...place, path.at(-1) + 1];
    this.open = null;
    this.told();
    this.draw(next);
    this.told1("added", next.at(-1));
  }

  remove(path) {
    const place = path.slice(0, -1);
    this.letter.change(() => this.letter.list(place).splice(path.at(-1), 1));
    this.open = null;
    this.here = [];
    this.told();
    const left = this.letter.list(place).length;
    this.draw();
    if (left) this.focus([...place, Math.min(path.at(-1), left - 1)]);
    else box.querySelector("[data-add]").focus();
    say(box.dataset.removed);
  }

  toggle(item) {
    const path = item.dataset.path;
    this.open = this.open === path ? null : path;
    this.draw();
    const now = this.canvas.querySelector(`[data-path="${path}"]`);
    (this.open && now.querySelector(":scope > .block-fields")?.querySelector("input, select, textarea, [contenteditable]") || now.querySelector("[data-open]")).focus();
  }
}

if (box && source) new Editor();
