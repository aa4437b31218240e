// The letter as it would look, in a frame that runs nothing. It is sent to the server as it is typed, and answered as a document of
// its own; the next one is drawn behind the one that is seen, so that nothing flickers.
const QUIET = 350; // milliseconds without a key

export class Preview {
  constructor(look, form) {
    this.look = look;
    this.form = form;
    this.frames = look.querySelector(".frames");
    this.timer = 0;
    this.shown = null;
    this.number = 0;
    this.post = this.prepare();
    look.querySelector("[data-pictures]")?.addEventListener("change", () => this.soon(true));
    const widths = look.querySelector(".widths");
    if (widths) widths.hidden = false;
    widths?.addEventListener("click", event => {
      const chosen = event.target.closest("[data-width]");
      if (!chosen) return;
      look.dataset.width = chosen.dataset.width;
      for (const each of widths.children) each.setAttribute("aria-pressed", String(each === chosen));
    });
  }

  /** The form that carries the letter to the frame: not the one that is written in, which must not be sent away. */
  prepare() {
    const post = document.createElement("form");
    post.method = "post";
    post.action = this.look.dataset.look;
    post.hidden = true;
    post.dataset.again = "";
    document.body.append(post);
    return post;
  }

  soon(again = false) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.draw(again), QUIET);
  }

  draw(again = false) {
    const fields = [...new FormData(this.form)].filter(([name]) => name !== "version");
    if (this.look.querySelector("[data-pictures]")?.checked) fields.push(["pictures", "yes"]);
    const words = JSON.stringify(fields);
    if (words === this.shown && !again) return;
    this.shown = words;
    const before = this.frames.querySelector("iframe:not(.coming)");
    for (const late of this.frames.querySelectorAll(".coming")) late.remove();
    const next = before.cloneNode();
    next.removeAttribute("src");
    next.name = `look-${++this.number}`;
    next.classList.add("coming");
    this.frames.append(next);
    next.addEventListener("load", () => {
      next.classList.remove("coming");
      before.remove();
    }, { once: true });
    this.post.replaceChildren(...fields.map(([name, value]) => {
      const field = document.createElement("textarea");
      field.name = name;
      field.value = value;
      return field;
    }));
    this.post.target = next.name;
    this.post.submit();
  }
}
