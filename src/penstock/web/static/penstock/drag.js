// Blocks put in their place by dragging: from the palette, within the letter, into columns and out of them.
import { inColumns } from "./letter.js";

/** Let what is dragged within `box` fall where `editor` may put it. */
export function dragging(box, editor) {
  let held = null; // a new kind, or the place of a block
  const mark = document.createElement("li");
  mark.className = "drop-mark";
  mark.setAttribute("aria-hidden", "true");

  box.addEventListener("dragstart", event => {
    const add = event.target.closest("[data-add]");
    const item = event.target.closest(".grip")?.closest("[data-path]");
    if (!add && !item) return;
    const path = item ? JSON.parse(item.dataset.path) : null;
    held = add ? { kind: add.dataset.add } : { kind: item.dataset.kind, place: path.slice(0, -1), index: path.at(-1) };
    event.dataTransfer.effectAllowed = add ? "copy" : "move";
    event.dataTransfer.setData("text/plain", held.kind);
    if (item) event.dataTransfer.setDragImage(item, 16, 16);
    box.classList.add("dragging");
  });

  box.addEventListener("dragover", event => {
    if (!held) return;
    const canvas = landing(event);
    if (!canvas) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = held.place ? "move" : "copy";
    const next = below(canvas, event.clientY);
    if (mark.parentElement !== canvas || mark.nextElementSibling !== next) canvas.insertBefore(mark, next);
  });

  box.addEventListener("drop", event => {
    if (!held || !mark.parentElement) return;
    event.preventDefault();
    const canvas = mark.parentElement;
    const index = [...canvas.children].filter(each => each !== mark && each.compareDocumentPosition(mark) & Node.DOCUMENT_POSITION_FOLLOWING).length;
    const place = JSON.parse(canvas.dataset.place);
    const what = held;
    end();
    if (what.place) editor.place(what, place, index);
    else editor.add(what.kind, place, index);
  });

  box.addEventListener("dragend", end);

  /** The list under the pointer that may hold what is dragged; blocks of columns fall beside columns, never into them. */
  function landing(event) {
    let canvas = event.target.closest("[data-canvas]") ?? event.target.closest(".column")?.querySelector("[data-canvas]");
    canvas ??= event.target.closest("[data-empty]") ? box.querySelector(":scope > [data-canvas]") : null;
    if (canvas && !inColumns(held.kind)) canvas = box.querySelector(":scope > [data-canvas]");
    return canvas;
  }

  function below(canvas, y) {
    return [...canvas.children].find(each => {
      if (each === mark) return false;
      const { top, height } = each.getBoundingClientRect();
      return y < top + height / 2;
    }) ?? null;
  }

  function end() {
    mark.remove();
    held = null;
    box.classList.remove("dragging");
  }
}
