// What every page shares: the kit's components, htmx's after-care, the jump key, unsaved work and the end of a sign-in.
import { initAll } from "./vendor/govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported"); // the kit's own snippet is inline: the policy stops it
initAll();

const alertBox = () => document.getElementById("page-alert");

/** Put a sentence into the page's alert region, where a screen reader says it at once. */
export function say(text) {
  const line = document.createElement("p");
  line.textContent = text;
  const box = document.createElement("div");
  box.className = "app-notice app-notice--danger";
  box.append(line);
  alertBox()?.replaceChildren(box);
}

/** Open what is folded around the place that a link on the page leads to. */
function unfold() {
  const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let fold = place?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  if (place?.closest("details")) place.scrollIntoView();
}
addEventListener("hashchange", unfold);
unfold();

document.addEventListener("htmx:after:swap", (event) => {
  const target = event.detail.ctx.target; // event.target is the button that asked, not the new part
  const scope = target?.isConnected ? target : (target?.id && document.getElementById(target.id)) || document.body;
  initAll({ scope, onError: () => {} }); // «already initialised» is no error here
  scope.querySelector("[data-focus]")?.focus();
});

// Server faults are never swapped into the page (a proxy's error page would wipe what was typed); ours bring their own line.
document.addEventListener("htmx:response:error", (event) => {
  const ctx = event.detail.ctx;
  if (ctx.response.status < 500) return;
  if (ctx.hx?.retarget === "#page-alert") {
    const parsed = new DOMParser().parseFromString(ctx.text, "text/html");
    say(parsed.body.textContent.replace(/\s+/g, " ").trim());
  } else say("The server did not answer properly. Nothing was lost from this page: try again in a moment.");
});

document.addEventListener("htmx:error", (event) => {
  if (event.detail.ctx?.response) return;
  say("No connection to the server. What you typed is still on this page: try again when the connection is back.");
});

document.addEventListener("keydown", (event) => {
  const jump = (event.ctrlKey && event.key.toLowerCase() === "k") || (event.altKey && event.key.toLowerCase() === "j");
  const box = jump && document.querySelector("[data-jump]");
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
});

// <details> menus: Escape closes and gives the focus back; leaving one closes it.
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest?.(".app-menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
document.addEventListener("focusin", (event) => {
  for (const menu of document.querySelectorAll(".app-menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});

// Unsaved work: <form data-draft> asks before the page is left. Nothing is kept in the browser's storage (shared PCs).
export function markDirty(form) {
  form.dataset.dirty = "yes";
}
export function markSaved(form) {
  delete form.dataset.dirty;
}
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-draft]");
  if (form) markDirty(form);
});
document.addEventListener("submit", (event) => markSaved(event.target));
addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-draft][data-dirty]")) event.preventDefault();
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// The end of a sign-in: a sentence three minutes before, with a button that renews it without leaving the page.
// Both moments are the server's: the clock of the PC in the office may be wrong.
const { sessionNow, sessionEnds, sessionRenew } = document.body.dataset;
function warnInTime() {
  const warnAt = new Date(sessionEnds) - new Date(sessionNow) - 180_000;
  if (warnAt < 2 ** 31) setTimeout(warnOfEnd, Math.max(0, warnAt));
}
if (sessionEnds) warnInTime();
function warnOfEnd() {
  say("You will be signed out in 3 minutes. What you typed stays on this page.");
  if (!sessionRenew) return;
  const stay = document.createElement("button");
  stay.type = "button";
  stay.className = "app-button";
  stay.textContent = "Stay signed in";
  stay.addEventListener("click", async () => {
    const token = JSON.parse(document.body.getAttribute("hx-headers:inherited"))["X-CSRFToken"];
    const answer = await fetch(sessionRenew, { method: "POST", headers: { "X-CSRFToken": token } });
    if (answer.ok) {
      alertBox().replaceChildren();
      warnInTime();
    } else say("Your sign-in has ended. Sign in again in another tab, then come back and save here.");
  });
  alertBox().firstElementChild.append(stay);
}
