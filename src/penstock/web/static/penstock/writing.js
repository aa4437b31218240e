// Writing a mailing where scripts run: what is typed is saved, what it looks like is shown beside it. The same forms work without.
import { part, say, show } from "./asking.js";
import { Preview } from "./preview.js";

const form = document.getElementById("writing");
const told = document.getElementById("saved");
const trouble = document.getElementById("trouble");
const QUIET = 900; // milliseconds without a key until it is saved
const LONGEST = 8000; // and at the latest

/** Saves the form while somebody types into it; what cannot be saved is told, and stays where it is. */
class Saving {
  constructor() {
    this.kept = this.now();
    this.timer = 0;
    this.since = 0;
    this.running = null;
    this.held = false; // somebody else changed it: nothing is sent until that is decided
    form.addEventListener("input", () => this.soon());
    form.addEventListener("change", () => this.soon());
    form.addEventListener("submit", () => { clearTimeout(this.timer); this.kept = this.now(); });
    window.addEventListener("beforeunload", event => { if (this.now() !== this.kept) event.preventDefault(); });
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.save(); });
  }

  now() {
    const fields = new URLSearchParams(new FormData(form));
    fields.delete("version");
    fields.delete("csrfmiddlewaretoken");
    return fields.toString();
  }

  soon() {
    told.toggleAttribute("data-pending", this.now() !== this.kept);
    if (this.now() === this.kept || this.held) return;
    this.since ||= Date.now();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), Math.max(0, Math.min(QUIET, this.since + LONGEST - Date.now())));
  }

  async save() {
    clearTimeout(this.timer);
    if (this.running) return this.running.then(() => this.soon());
    const typed = this.now();
    if (typed === this.kept || this.held) return undefined;
    this.since = 0;
    this.running = this.send(typed);
    await this.running;
    this.running = null;
    this.soon();
    return undefined;
  }

  async send(typed) {
    this.stand(form.dataset.saving ?? "…");
    try {
      const answer = await part(form.dataset.save, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      this.kept = typed; // not to be sent again until it changes, whatever came of it
      if (answer.ok) this.saved(page);
      else this.refused(page, answer.status);
    } catch {
      this.stand(told.dataset.away ?? "!", "wrong");
      this.timer = setTimeout(() => { this.kept = ""; this.save(); }, 5000);
    }
  }

  saved(page) {
    const there = page.querySelector("[data-saved]");
    if (!there) { location.reload(); return; }
    form.elements.version.value = there.dataset.version;
    told.replaceChildren(...there.childNodes);
    delete told.dataset.standing;
    trouble.replaceChildren();
    document.getElementById("problems")?.replaceChildren(...(page.querySelector("[data-problems]")?.childNodes ?? []));
    const heading = document.querySelector("main h1");
    if (there.dataset.name && heading.textContent !== there.dataset.name) heading.textContent = there.dataset.name;
    form.dispatchEvent(new CustomEvent("writing:saved"));
  }

  refused(page, status) {
    const words = page.querySelector("[data-faults], [data-theirs], [data-shut]");
    trouble.replaceChildren(...page.body.childNodes);
    this.held = Boolean(trouble.querySelector("[data-theirs], [data-shut]")) || status === 403;
    this.stand(words?.querySelector("strong")?.textContent ?? "!", "wrong");
    say(words?.textContent ?? "");
  }

  stand(words, standing) {
    told.textContent = words;
    if (standing) told.dataset.standing = standing;
    else delete told.dataset.standing;
  }

  /** Save over what somebody else made of it; that stays among the earlier versions. */
  mine(version) {
    form.elements.version.value = version;
    this.held = false;
    this.kept = "";
    trouble.replaceChildren();
    this.save();
  }
}

if (form && told) {
  const saving = new Saving();
  document.addEventListener("click", event => {
    const mine = event.target.closest("[data-mine]");
    if (mine) {
      event.preventDefault();
      saving.mine(mine.dataset.version);
    }
    if (event.target.closest("[data-theirs-link]")) saving.kept = saving.now();
  });
  form.addEventListener("submit", event => { if (event.submitter?.matches("[data-send]") && !form.dataset.natively) send(event, saving); });
}

/** The last question stands in the dialog; what stands in its way is told by the page itself. */
async function send(event, saving) {
  event.preventDefault();
  const button = event.submitter;
  await saving.running;
  const answer = await part(button.formAction, { method: "POST", body: new URLSearchParams(new FormData(form, button)) });
  const where = answer.headers.get("HX-Redirect");
  if (where) location.assign(where);
  else if (answer.ok && answer.headers.has("X-Part")) {
    show(await answer.text());
    form.elements.version.value = document.querySelector("#dialog [name=version]").value;
    saving.kept = saving.now();
  } else {
    form.dataset.natively = "yes";
    form.requestSubmit(button);
  }
}

const look = document.querySelector("[data-look]");
if (look && form) {
  const preview = new Preview(look, form);
  form.addEventListener("input", () => preview.soon());
  form.addEventListener("change", () => preview.soon());
}

// A variable goes where one was writing last.
let last = document.querySelector("[data-source], [data-liquid]");
document.addEventListener("focusin", event => {
  if (event.target.matches("[data-source], [data-liquid]")) last = event.target;
});
document.addEventListener("click", event => {
  const name = event.target.closest("[data-insert]")?.dataset.insert;
  if (!name) return;
  event.target.closest("details").open = false;
  const field = document.querySelector("[data-active-field]") ?? last;
  if (!field) return;
  field.focus();
  const words = `{{ ${name} }}`;
  if (field.isContentEditable) document.execCommand("insertText", false, words);
  else field.setRangeText(words, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

// A fault that names a line of the source leads there.
document.addEventListener("click", event => {
  const line = Number(event.target.closest("[data-line]")?.dataset.line);
  const source = document.querySelector("[data-source]");
  if (!line || !source) return;
  const lines = source.value.split("\n");
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  source.focus();
  source.setSelectionRange(start, start + lines[line - 1].length);
  source.scrollTop = (line - 4) * (source.scrollHeight / lines.length);
});

// The audience is counted anew with every choice.
const count = document.querySelector("[data-count-from]");
if (count && form) {
  let asked = 0;
  const recount = async () => {
    const mine = ++asked;
    const fields = new URLSearchParams(new FormData(form));
    fields.delete("csrfmiddlewaretoken");
    fields.delete("version");
    const answer = await part(`${count.dataset.countFrom}?${fields}`);
    if (mine === asked && answer.ok) count.innerHTML = await answer.text();
  };
  form.addEventListener("change", event => { if (event.target.matches("[data-count]")) recount(); });
  recount();
}

// The step Send: what each way would do is told anew when something was saved; the last question stands in the dialog.
const ways = form?.querySelector(".ways");
if (ways) {
  form.addEventListener("writing:saved", async () => {
    const answer = await part(form.dataset.save);
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const [n, way] of [...page.querySelectorAll(".way")].entries()) {
      const here = ways.querySelectorAll(".way")[n];
      for (const which of ["[data-timeline]", ".buttons"]) {
        const there = way.querySelector(which);
        if (there && !here.querySelector(which)?.contains(document.activeElement)) here.querySelector(which)?.replaceWith(there);
      }
    }
  });
}
