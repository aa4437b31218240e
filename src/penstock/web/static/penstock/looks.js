// How a block looks among the others: near enough to find one's way. What it will be exactly stands in the preview.
import { nodesOf } from "./words.js";

const SIZES = { 1: 2, 2: 1.5, 3: 1.2 };

/** Draw the look of a block into `look`. */
export function show(look, block, settings) {
  look.replaceChildren();
  look.style.textAlign = block.align ?? (["heading", "text"].includes(block.type) ? "left" : "center");
  (LOOKS[block.type] ?? unknown)(look, block, settings);
}

function line(look, text, className) {
  const made = document.createElement("p");
  made.textContent = text;
  if (className) made.className = className;
  look.append(made);
  return made;
}

function unknown(look, block) {
  line(look, block.type, "soft");
}

const LOOKS = {
  heading(look, block) {
    line(look, block.text ?? "", "look-heading").style.fontSize = `${(SIZES[block.level] ?? 2) * 0.8}rem`;
  },
  text(look, block) {
    const made = document.createElement("div");
    made.className = "look-words";
    made.append(nodesOf(block.html ?? ""));
    look.append(made);
  },
  image(look, block) {
    const own = /\/p\/[0-9a-f]{32}\.[a-z]{3,4}$/.exec(block.src ?? "");
    if (!own) {
      line(look, block.alt || block.src || "–", "look-gap");
      return;
    }
    const made = document.createElement("img"); // one of this installation's; others are not loaded without a click
    made.src = own[0];
    made.alt = block.alt ?? "";
    if (block.width) made.style.width = `${block.width}px`;
    look.append(made);
  },
  button(look, block, settings) {
    const made = document.createElement("span");
    made.className = "look-button";
    made.textContent = block.text || "–";
    made.style.backgroundColor = block.color ?? settings.accent ?? "#0b57d0";
    made.style.color = block.text_color ?? "#ffffff";
    look.append(made);
  },
  divider(look, block) {
    const made = document.createElement("hr");
    made.style.borderTop = `${block.thickness ?? 1}px solid ${block.color ?? "#cccccc"}`;
    look.append(made);
  },
  social(look, block) {
    line(look, (block.links ?? []).map(link => link.label || link.link).join(" · ") || "–");
  },
  footer(look, block) {
    for (const each of (block.text ?? "").split("\n").filter(Boolean)) line(look, each, "look-small");
    line(look, [block.unsubscribe, block.view].filter(Boolean).join(" · "), "look-small");
  },
};
