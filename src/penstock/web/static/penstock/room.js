// What every page does where scripts run: commands asked in a dialog, menus that close.
import { ask, part, show } from "./asking.js";

const dialog = document.getElementById("dialog");
const body = document.getElementById("dialog-body");

document.addEventListener("click", event => {
  const link = event.target.closest("a[data-dialog]");
  if (link && dialog && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
    event.preventDefault();
    link.closest("details.menu")?.removeAttribute("open");
    ask(link.href);
    return;
  }
  if (event.target.closest("[data-close]") && dialog?.open) {
    event.preventDefault();
    dialog.close();
    return;
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

/** Send a form: a part that comes back is shown in the dialog (a refusal, the next question), anything else is a page to go to. */
async function send(form, submitter) {
  const fields = new URLSearchParams(new FormData(form, submitter));
  const url = submitter?.getAttribute("formaction") || form.getAttribute("action") || location.href;
  const answer = await part(url, { method: "POST", body: fields });
  const where = answer.headers.get("HX-Redirect");
  if (where) go(where);
  else if (answer.redirected || answer.ok && !answer.headers.has("X-Part")) go(answer.url);
  else show(await answer.text());
}

function go(where) {
  const there = new URL(where, location.href);
  if (there.pathname + there.search === location.pathname + location.search) location.reload();
  else location.assign(there);
}

// A form within the dialog, and one that leads to a dialog (the click of Cancel pauses, then asks).
document.addEventListener("submit", async event => {
  const form = event.target;
  const leads = form.dataset.dialog !== undefined;
  if (!dialog || !(leads || dialog.contains(form)) || form.method !== "post" || form.enctype === "multipart/form-data") return;
  event.preventDefault();
  if (form.dataset.sent) return;
  form.dataset.sent = "yes";
  form.closest("details.menu")?.removeAttribute("open");
  try {
    await send(form, event.submitter);
  } finally {
    delete form.dataset.sent;
  }
});

// Whoever closes a question that has done something on the way is told so: the form says where.
dialog?.addEventListener("close", () => {
  const left = body.querySelector("form[data-left]");
  if (left) location.assign(left.dataset.left);
});

// The button says what it will do with what is chosen.
document.addEventListener("change", event => {
  const says = event.target.dataset?.says;
  const label = says && event.target.closest("form")?.querySelector("[data-label]");
  if (label) label.textContent = says;
});

document.addEventListener("keydown", event => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest?.("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// What is to be copied is chosen whole when it is entered.
document.addEventListener("focusin", event => {
  if (event.target.matches?.("[data-copy]")) event.target.select();
});

// Twice pressed is once meant.
document.addEventListener("submit", event => {
  const form = event.target;
  if (event.defaultPrevented || form.dataset.again !== undefined) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 3000);
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// On a narrow screen the ways are scrolled: where one is shall be seen.
document.querySelector(".ways [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
