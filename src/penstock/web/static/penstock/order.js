// Re-ordering the sequence of the board: by dragging a row at its grip, and by its buttons without leaving the page. The form of each row
// does the same where no scripts run.
import { sequence } from "./rows.js";

const board = document.querySelector("[data-board]");

document.addEventListener("submit", event => {
  const form = event.target;
  if (!form.closest("#sequence .moving")) return;
  event.preventDefault();
  move(form, event.submitter.value, event.submitter.dataset.key);
});

async function move(form, position, button) {
  const fields = new URLSearchParams(new FormData(form));
  fields.set("position", position);
  const answer = await fetch(form.action, { method: "POST", body: fields, headers: { "HX-Request": "true" } });
  if (!answer.ok && answer.status !== 409) {
    location.reload();
    return;
  }
  const told = new DOMParser().parseFromString(await answer.text(), "text/html");
  const row = form.closest("[data-mailing]");
  sequence(board, told);
  document.getElementById("said").textContent = told.getElementById("sequence")?.dataset.said ?? "";
  if (button) focus(row, button);
}

/** The same button again, so that it can be pressed again; at an end the other one. */
function focus(row, button) {
  const wanted = row.querySelector(`[data-key="${button}"]:not(:disabled)`) ?? row.querySelector(".moving button:not(:disabled)");
  wanted?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

document.addEventListener("pointerdown", event => {
  const grip = event.target.closest?.("[data-grip]");
  if (!grip || event.button !== 0) return;
  event.preventDefault();
  const row = grip.closest("[data-mailing]");
  drag(row, [...row.parentNode.children]);
});

function drag(row, before) {
  const list = row.parentNode;
  const over = new AbortController();
  row.dataset.held = "";
  const end = () => {
    over.abort();
    delete row.dataset.held;
  };
  const options = { signal: over.signal };
  document.addEventListener("pointermove", event => carry(list, row, event.clientY), options);
  document.addEventListener("pointerup", () => {
    end();
    const place = [...list.children].indexOf(row);
    if (place !== before.indexOf(row)) move(row.querySelector(".moving form"), String(place + 1), "");
  }, options);
  const back = () => {
    end();
    list.append(...before);
  };
  document.addEventListener("pointercancel", back, options);
  document.addEventListener("keydown", event => event.key === "Escape" && back(), options);
}

function carry(list, row, y) {
  const next = [...list.children].find(each => {
    const { top, height } = each.getBoundingClientRect();
    return each !== row && y < top + height / 2;
  });
  if (next !== row.nextElementSibling) list.insertBefore(row, next ?? null);
}
