// The fields of one block (or of the whole letter's settings): what stands in the document stands in them, and what is typed goes there
// as long as the document may hold it.
import { field as words } from "./words.js";

/** Put the values into the fields, but not into the one in which somebody writes. */
export function fill(box, values) {
  for (const field of box.querySelectorAll("[data-field]")) {
    if (field === document.activeElement) continue;
    const value = values[field.dataset.field];
    field.value = value === undefined || value === null ? "" : String(value);
    if (field.tagName === "SELECT" && field.selectedIndex < 0) field.selectedIndex = 0;
    swatch(field);
  }
}

function swatch(field) {
  const shown = field.parentElement.querySelector(".swatch");
  if (shown) shown.style.backgroundColor = field.validity.valid ? field.value || (field.placeholder.length > 1 ? field.placeholder : "") : "";
}

export class Fields {
  /** `now()` gives the object that is edited, `change(step, key)` carries out a step on it. */
  constructor(box, now, change) {
    this.box = box;
    this.now = now;
    this.change = change;
    fill(box, now());
    box.addEventListener("input", event => this.typed(event));
    const written = box.querySelector(".words");
    if (written) words(written, now().html ?? "", html => change(() => { now().html = html; }, "html"));
    const columns = box.querySelector("[data-columns]");
    if (columns) this.columns(columns);
    if (box.querySelector("[data-links]")) this.links();
  }

  typed(event) {
    const field = event.target.closest("[data-field]");
    if (!field) return;
    const name = field.dataset.field;
    field.toggleAttribute("aria-invalid", !field.validity.valid);
    if (!field.validity.valid) {
      field.setAttribute("aria-invalid", "true");
      return;
    }
    swatch(field);
    const empty = field.value === "" && field.dataset.needed === undefined;
    const value = field.type === "number" || field.dataset.number !== undefined ? Math.round(Number(field.value)) : field.value;
    this.change(() => {
      if (empty) delete this.now()[name];
      else this.now()[name] = value;
    }, name);
  }

  columns(select) {
    select.value = String(this.now().columns.length);
    select.addEventListener("change", () => this.change(() => {
      const columns = this.now().columns;
      while (columns.length < Number(select.value)) columns.push({ blocks: [] });
      const gone = columns.splice(Number(select.value));
      columns.at(-1).blocks.push(...gone.flatMap(column => column.blocks)); // nothing that was written is lost
      for (const column of columns) delete column.width;
    }, "columns"));
  }

  links() {
    const list = this.box.querySelector("[data-links]");
    const draw = () => list.replaceChildren(...this.now().links.map((link, n) => {
      const made = document.querySelector("template[data-social]").content.firstElementChild.cloneNode(true);
      for (const part of made.querySelectorAll("[data-part]")) {
        part.value = link[part.dataset.part] ?? "";
        part.addEventListener("input", () => this.change(() => { this.now().links[n][part.dataset.part] = part.value; }, `link ${n} ${part.dataset.part}`));
      }
      made.querySelector("[data-link-delete]").disabled = this.now().links.length < 2;
      made.querySelector("[data-link-delete]").addEventListener("click", event => {
        event.stopPropagation();
        this.change(() => this.now().links.splice(n, 1), null);
        draw();
        (list.querySelector("input") ?? this.box.querySelector("[data-link-add]")).focus();
      });
      return made;
    }));
    this.box.querySelector("[data-link-add]").addEventListener("click", () => {
      if (this.now().links.length >= 12) return;
      this.change(() => this.now().links.push({ label: "", link: "" }), null);
      draw();
      list.lastElementChild.querySelector("input").focus();
    });
    draw();
  }
}
