// A command that is given by one click on a row is given without leaving the page: what it says and what became of the row are put in
// place, and who works by keyboard stays where they were. Without scripts the same form leads back to the same page.
import { take } from "./live.js";
import { focusAgain, focusWithin } from "./rows.js";

document.addEventListener("submit", event => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || "dialog" in form.dataset || !form.closest("[data-mailing] > .actions")) return;
  event.preventDefault();
  give(form, new URLSearchParams(new FormData(form, event.submitter)));
});

async function give(form, fields) {
  const answer = await fetch(form.action, { method: "POST", body: fields }).catch(() => null);
  if (!answer?.ok || new URL(answer.url).pathname !== location.pathname) {
    location.assign(answer?.ok ? answer.url : form.action); // another page, or the command's own, which says what is wrong
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const focused = focusWithin(document.querySelector("main"));
  take(page);
  focusAgain(focused);
  notices(page);
}

function notices(page) {
  const main = document.querySelector("main");
  main.querySelector(".notices")?.closest("main > *").remove();
  const now = page.querySelector("main .notices");
  if (!now) return;
  main.prepend(document.importNode(now.closest("main > *"), true));
  document.getElementById("said").textContent = now.textContent.trim();
}
