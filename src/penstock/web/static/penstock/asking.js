// What modules ask of the page around them: news for a screen reader, a part of a page, a question in the dialog.
// No module imports room.js: it is loaded under an address of its own, so its listeners would be there twice.
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

/** Show a part of a page in the dialog. */
export function show(text) {
  body.innerHTML = text;
  window.htmx?.process(body);
  if (!dialog.open) dialog.showModal();
  (body.querySelector("[autofocus]") ?? body.querySelector("input:not([type=hidden]), textarea, select, button, a"))?.focus();
  body.dispatchEvent(new CustomEvent("room:shown", { bubbles: true }));
}
