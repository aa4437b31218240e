// The preview: the arrow keys step through the recipients, and whoever does not see the page hears whose message it is.
import { say } from "./asking.js";

const STEPS = { ArrowLeft: "step-left", ArrowRight: "step-right" };

document.addEventListener("keydown", (event) => {
  if (!STEPS[event.key] || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
  if (event.target.closest("input, textarea, select, [contenteditable], dialog, pre, .scroll, [role=slider]")) return;
  const step = document.getElementById(STEPS[event.key]);
  if (!step) return;
  event.preventDefault();
  step.click();
});

document.addEventListener("htmx:afterSwap", (event) => {
  const title = document.getElementById("preview-title");
  if (title && event.detail.target?.id === "preview") say(title.textContent.trim().replace(/\s+/g, " "));
});
