// What every page does where scripts run: commands asked in a dialog, menus that close, the news that a screen reader hears.
const dialog = document.getElementById("dialog");
const body = document.getElementById("dialog-body");

/** Say something to those who do not see the page. */
export function say(words) {
  document.getElementById("said").textContent = words;
}

/** Fetch a part of a page; a session that is over leads to the door. */
export async function part(url, options = {}) {
  const answer = await fetch(url, { ...options, headers: { "HX-Request": "true", ...options.headers } });
  if (answer.status === 401) location.reload();
  return answer;
}

/** Show the page at `url` as a dialog; whoever closes it is where they were, and what was done stays done. */
export async function ask(url) {
  const answer = await part(url);
  if (answer.redirected || !answer.ok && answer.status !== 409) {
    location.assign(url);
    return;
  }
  show(await answer.text());
}

function show(text) {
  body.innerHTML = text;
  window.htmx?.process(body);
  if (!dialog.open) dialog.showModal();
  (body.querySelector("[autofocus]") ?? body.querySelector("input:not([type=hidden]), textarea, select, button, a"))?.focus();
  body.dispatchEvent(new CustomEvent("room:shown", { bubbles: true }));
}

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

// A form within the dialog: a refusal (409, 422) is shown in it, anything else is a page to go to.
document.addEventListener("submit", async event => {
  const form = event.target;
  if (!dialog?.contains(form) || form.method !== "post" || form.enctype === "multipart/form-data") return;
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(form, event.submitter));
  const answer = await part(event.submitter?.getAttribute("formaction") || form.getAttribute("action") || location.href, { method: "POST", body: fields });
  if (answer.redirected || answer.ok && !answer.headers.has("X-Part")) {
    const there = new URL(answer.url);
    if (there.href === location.href) location.reload();
    else location.assign(there);
    return;
  }
  show(await answer.text());
});

document.addEventListener("keydown", event => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest?.("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
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
