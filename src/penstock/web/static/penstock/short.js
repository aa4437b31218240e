// Writing a short message where scripts run: its length is counted by the server while one types, and what makes it long is replaced in
// the text at a click. Without scripts the same buttons send the form.
import { part } from "./asking.js";

const QUIET = 350; // milliseconds without a key
const form = document.getElementById("writing");
const counter = document.querySelector("[data-counter]");

class Counter {
  constructor() {
    this.timer = 0;
    this.shown = null;
    this.asked = 0;
    form.addEventListener("input", () => this.soon());
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.count(), QUIET);
  }

  async count() {
    const fields = new URLSearchParams(new FormData(form));
    const words = JSON.stringify([fields.get("sender"), fields.get("text")]);
    if (words === this.shown) return;
    this.shown = words;
    const mine = ++this.asked;
    const answer = await part(counter.dataset.counter, { method: "POST", body: fields }).catch(() => null);
    if (mine === this.asked && answer?.ok) counter.innerHTML = await answer.text();
  }
}

/** Writes one character otherwise, everywhere in the text. */
function replace(text, button) {
  return text.replaceAll(button.dataset.replace, button.dataset.with);
}

if (form && counter) {
  new Counter();
  counter.addEventListener("click", event => {
    const one = event.target.closest("[data-replace]");
    const every = event.target.closest("[data-replace-all]");
    if (!one && !every) return;
    event.preventDefault();
    const field = document.getElementById("text");
    const buttons = one ? [one] : [...counter.querySelectorAll("[data-replace]:not([data-spelling])")];
    field.value = buttons.reduce(replace, field.value);
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
