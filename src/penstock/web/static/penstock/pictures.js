// Choosing a picture for a block: from those that are there, or one that is uploaded now, without leaving the letter.
import { part, show } from "./asking.js";

const dialog = document.getElementById("dialog");
let field = null; // that which gets the address

document.addEventListener("click", async event => {
  const pick = event.target.closest("[data-pick]");
  const chosen = event.target.closest("[data-picture]");
  const further = event.target.closest("[data-further]");
  if (pick || further) {
    event.preventDefault();
    if (pick) field = pick.closest(".block-fields").querySelector("[data-field=src]");
    const answer = await part((pick ?? further).href);
    if (answer.ok) show(await answer.text());
    else location.assign(pick.href);
  } else if (chosen && field) {
    dialog.close();
    put(field, chosen.dataset.picture);
    const alt = field.closest(".block-fields").querySelector("[data-field=alt]");
    alt.focus();
  }
});

function put(into, value) {
  into.value = value;
  into.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("submit", async event => {
  const form = event.target;
  if (!dialog.contains(form) || form.dataset.upload === undefined) return;
  event.preventDefault();
  const answer = await part(form.action, { method: "POST", body: new FormData(form) });
  if (answer.ok || answer.status === 422) show(await answer.text());
  else location.reload();
});
