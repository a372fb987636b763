// A register by keyboard, touch or mouse, that loses no mark: see the key help on the page. Plain HTML works without this file.
import { markDirty, markSaved, say } from "./app.js";

const STORE = "daymark-register:"; // + whose + which register: pupil ids and codes only, gone once they are saved
const DAY = 86_400_000;
const TIMEOUT = 10_000;
const RETRY = [2_000, 5_000, 10_000, 30_000];
const PAGE = 10;

const store = {
  read(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  write(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* a full or closed store: the page still has the marks */ } },
  drop(key) { try { localStorage.removeItem(key); } catch { /* as above */ } },
  keys() { try { return Object.keys(localStorage).filter((key) => key.startsWith(STORE)); } catch { return []; } },
};

/** The rows of a register: what is marked, what changed, and undo. */
class Grid {
  constructor(table, form) {
    this.table = table;
    this.form = form;
    this.mode = table.dataset.keys;
    this.drawnAt = performance.now();
    this.all = [...table.tBodies[0].rows];
    this.rows = this.all.filter((row) => this.control(row));
    this.undone = [];
    this.shown = new Map((form.elements.shown.value || "").split(";").filter(Boolean).map((part) => {
      const [pupil, symbol = "", minutes = ""] = part.split(",");
      return [pupil, { symbol, minutes }];
    }));
    this.known = new Map(this.rows.map((row) => [row, this.read(row)]));
    for (const row of this.rows) this.paint(row);
    this.at = this.rows.find((row) => !this.read(row).symbol) || this.rows[0];
  }
  control(row) { return row.querySelector(`[name="mark-${row.dataset.pupil}"]`); }
  minutes(row) { return row.querySelector(".app-minutes"); }
  note(row) { return row.querySelector(".app-note-box"); }
  stop(row) { return this.mode === "office" ? this.control(row) : row.querySelector("[data-cell]"); }
  name(row) { return row.querySelector("th a").textContent.trim(); }
  read(row) {
    const box = this.control(row);
    const symbol = box.type === "radio" ? row.querySelector("[data-cell] input:checked")?.value || "" : box.value.trim().toUpperCase();
    return { symbol, minutes: this.minutes(row)?.value.trim() || "" };
  }
  has(row, symbol) { return this.mode === "office" || [...row.querySelectorAll("[data-cell] input")].some((i) => i.value === symbol); }
  put(row, { symbol, minutes }) {
    if (this.mode === "office") this.control(row).value = symbol;
    else for (const input of row.querySelectorAll("[data-cell] input")) input.checked = input.value === symbol;
    if (this.minutes(row)) this.minutes(row).value = minutes;
    this.known.set(row, { symbol, minutes });
    this.paint(row);
  }
  /** A row that is plainly present needs no line for a note on a phone; said as it is typed, so that nothing moves under a press. */
  paint(row) { row.classList.toggle("is-plain", ["/", "\\", this.table.dataset.present].includes(this.read(row).symbol)); }
  dirty(row) {
    const now = this.read(row);
    const was = this.shown.get(row.dataset.pupil) || { symbol: "", minutes: "" };
    return now.symbol !== was.symbol || now.minutes !== was.minutes;
  }
  lateNow() { return String(Number(this.table.dataset.lateMinutes) + Math.floor((performance.now() - this.drawnAt) / 60_000)); }
  left() { return this.rows.filter((row) => !this.read(row).symbol); }
  move(row) {
    if (!row) return;
    for (const other of this.rows) {
      this.stop(other).tabIndex = other === row ? 0 : -1;
      other.classList.toggle("is-current", other === row);
    }
    this.at = row;
    this.stop(row).focus();
    if (this.mode === "office") this.stop(row).select();
  }
  step(by) {
    const i = this.rows.indexOf(this.at) + by;
    this.move(this.rows[Math.max(0, Math.min(this.rows.length - 1, i))]);
  }
  /** Change some rows as one act that Z takes back. */
  change(pairs, rest = null) {
    this.undone.push({ rows: pairs.map(([row]) => [row, this.known.get(row)]), rest: this.form.elements.rest.value, at: this.at });
    for (const [row, value] of pairs) this.put(row, value);
    if (rest !== null) this.form.elements.rest.value = rest;
  }
  undo() {
    const last = this.undone.pop();
    if (!last) return null;
    for (const [row, value] of last.rows) this.put(row, value);
    this.form.elements.rest.value = last.rest;
    return last;
  }
}

/** One register on the page: its grid, its keys and its saving. */
class Register {
  constructor(root) {
    this.root = root;
    this.form = root.querySelector("form[data-register]");
    this.line = root.querySelector("[data-save-state]");
    this.table = root.querySelector("table[data-keys]");
    this.button = root.querySelector("button[data-save]");
    if (!this.form || !this.table || !this.button) return;
    this.grid = new Grid(this.table, this.form);
    this.key = `${STORE}${this.form.dataset.owner}:${location.pathname}`;
    this.digits = this.letters = "";
    this.pending = null;
    this.tries = 0;
    this.enhance();
    this.restore();
    this.count();
    if (!root.querySelector("[data-problem]") && this.grid.at) this.grid.move(this.grid.at);
  }
  get keysOn() { return this.root.querySelector("[data-keys-on]")?.checked !== false; }
  enhance() {
    this.table.setAttribute("role", "grid");
    this.table.classList.add("app-register--quiet");
    for (const part of this.table.querySelectorAll("thead, tbody")) part.setAttribute("role", "rowgroup"); // said aloud: phones lay rows out as blocks
    for (const row of this.table.rows) {
      row.setAttribute("role", "row");
      for (const cell of row.cells) cell.setAttribute("role", cell.tagName === "TD" ? "gridcell" : row.parentNode.tagName === "THEAD" ? "columnheader" : "rowheader");
    }
    for (const row of this.grid.rows) {
      for (const el of row.querySelectorAll("input, button, a")) el.tabIndex = -1;
      this.grid.stop(row).tabIndex = row === this.grid.at ? 0 : -1;
      row.querySelector("[data-use]")?.removeAttribute("hidden");
    }
    const rest = this.root.querySelector("[data-rest]");
    if (rest) rest.textContent = "Mark rest present";
    for (const el of this.root.querySelectorAll("[data-help], .app-keys-switch")) el.hidden = false;
    const keys = this.root.querySelector("[data-keys-on]");
    if (keys) {
      keys.checked = store.read("daymark-keys") !== false;
      keys.addEventListener("change", () => store.write("daymark-keys", keys.checked));
    }
    this.table.addEventListener("keydown", (event) => this.pressed(event));
    this.table.addEventListener("change", (event) => this.changed(event));
    this.table.addEventListener("input", (event) => { const row = event.target.closest("tr"); if (this.grid.rows.includes(row)) this.grid.paint(row); });
    this.table.addEventListener("focusin", (event) => this.entered(event));
    this.root.querySelector("[data-help]")?.addEventListener("click", () => this.help());
    for (const use of this.root.querySelectorAll("[data-use]")) use.addEventListener("click", () => this.use(use.closest("tr")));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (event.submitter?.value === "rest") this.rest();
      else this.save();
    });
  }
  tell(text, state = "") {
    this.line.textContent = text;
    this.line.dataset.state = state;
  }
  count() {
    const left = this.grid.left().length;
    const el = this.root.querySelector("[data-left]");
    if (el) el.textContent = left;
    const rest = this.root.querySelector("[data-rest]");
    if (rest) rest.disabled = left === 0;
    const dirty = this.grid.rows.some((row) => this.grid.dirty(row));
    this.keep(dirty);
    if (dirty) markDirty(this.form); else if (!this.form.dataset.noted) markSaved(this.form);
    return left;
  }

  // ---- marking
  entered(event) {
    const row = event.target.closest("tr");
    if (row && this.grid.rows.includes(row) && row !== this.grid.at) {
      this.grid.at = row;
      for (const other of this.grid.rows) {
        this.grid.stop(other).tabIndex = other === row ? 0 : -1;
        other.classList.toggle("is-current", other === row);
      }
    }
  }
  changed(event) {
    const row = event.target.closest("tr");
    if (!this.grid.rows.includes(row)) return;
    if (event.target === this.grid.note(row)) { this.form.dataset.noted = "yes"; return; }
    const now = this.grid.read(row);
    if (now.symbol === this.table.dataset.late && !now.minutes) now.minutes = this.grid.lateNow();
    if (now.symbol === this.table.dataset.present) now.minutes = "";
    this.grid.change([[row, now]]);
    this.after(row, now.symbol);
  }
  after(row, symbol) {
    const left = this.count();
    row.classList.toggle("is-absent", symbol === this.table.dataset.absent);
    const word = symbol === this.table.dataset.present ? "present" : symbol === this.table.dataset.absent ? "not here" : symbol === this.table.dataset.late ? "late" : symbol;
    this.tell(`${this.grid.name(row)}: ${word}. ${left} left.`);
  }
  mark(symbol, { stay = false } = {}) {
    const row = this.grid.at;
    if (!row) return;
    const minutes = symbol === this.table.dataset.late ? this.grid.lateNow() : "";
    this.grid.change([[row, { symbol, minutes }]]);
    this.after(row, symbol);
    if (stay) { this.grid.minutes(row)?.focus(); this.grid.minutes(row)?.select(); } else this.grid.step(1);
  }
  use(row) {
    const button = row?.querySelector("[data-use]");
    if (!button) return this.tell("Nothing is offered for this row.");
    const symbol = [button.dataset.use, `${button.dataset.use}@known`].find((one) => this.grid.has(row, one)) || button.dataset.use;
    this.grid.change([[row, { symbol, minutes: button.dataset.useMinutes }]]);
    this.after(row, button.dataset.use);
    this.grid.move(row);
    this.grid.step(1);
  }
  rest() {
    const rows = this.grid.left();
    this.grid.change(rows.map((row) => [row, { symbol: this.table.dataset.present, minutes: "" }]), "1");
    this.count();
    this.tell(`${rows.length} marked present. Z undoes.`);
  }
  undo() {
    const last = this.grid.undo();
    this.count();
    if (!last) return this.tell("Nothing to undo.");
    this.tell(`Undone. ${this.grid.left().length} left.`);
    this.grid.move(last.rows.length === 1 ? last.rows[0][0] : last.at);
  }
  help() {
    const box = this.root.querySelector("[data-keys-help]");
    box.hidden = !box.hidden;
    this.tell(box.hidden ? "Key help hidden." : "Key help is below the register.");
    if (!box.hidden) box.scrollIntoView({ block: "nearest" });
  }

  // ---- keys
  pressed(event) {
    if (event.altKey || event.metaKey) return;
    if (event.ctrlKey) {
      if (event.key === "Enter") { event.preventDefault(); this.save(); }
      return;
    }
    const row = event.target.closest("tr");
    if (this.grid.mode === "office") return this.officeKey(event, row);
    const typing = event.target.matches(".app-minutes, .app-note-box");
    if (typing && !this.fromBox(event, row)) return;
    if (event.target.matches("a, button") && ["Enter", " "].includes(event.key)) return;
    if (this.travel(event, row)) return event.preventDefault();
    if (this.keysOn && this.command(event.key)) event.preventDefault();
  }
  /** What a key in a minutes or note box means to the grid: Enter and Escape go back, a letter in minutes is a command. */
  fromBox(event, row) {
    if (event.key === "Enter" || event.key === "Escape") {
      event.preventDefault();
      this.grid.move(row);
      if (event.key === "Enter") this.grid.step(1);
      return false;
    }
    if (!event.target.matches(".app-minutes")) return false;
    if (["ArrowUp", "ArrowDown"].includes(event.key)) return true;
    if (!/^[a-z/?]$/i.test(event.key)) return false;
    this.grid.move(row);
    return true;
  }
  travel(event, row) {
    const { key } = event;
    const steps = { ArrowUp: -1, ArrowDown: 1, PageUp: -PAGE, PageDown: PAGE, Home: -1e6, End: 1e6 };
    if (key in steps) { this.digits = this.letters = ""; this.grid.step(steps[key]); return true; }
    if (key !== "ArrowRight" && key !== "ArrowLeft") return false;
    const stops = [this.grid.stop(row), ...row.querySelectorAll(".app-minutes, .app-note-box, [data-use], td a, th a")];
    const next = stops[stops.indexOf(event.target) + (key === "ArrowRight" ? 1 : -1)];
    next?.focus();
    return true;
  }
  command(key) {
    const lower = key.toLowerCase();
    if (this.letters) return this.search(key);
    if (/^\d$/.test(key)) return this.number(key);
    this.digits = "";
    const { present, absent, late } = this.table.dataset;
    const acts = {
      p: () => this.mark(present), "/": () => this.mark(present), "\\": () => this.mark(present), n: () => this.mark(absent),
      l: () => this.mark(late, { stay: true }), u: () => this.use(this.grid.at), a: () => this.rest(), s: () => this.save(), z: () => this.undo(),
      "?": () => this.help(), ".": () => this.search("."),
    };
    if (!(lower in acts)) return false;
    acts[lower]();
    return true;
  }
  number(digit) {
    clearTimeout(this.forget);
    this.forget = setTimeout(() => (this.digits = ""), 3_000);
    const find = (text) => this.grid.rows.find((row) => row.cells[0].textContent.trim() === String(Number(text)));
    this.digits = find(this.digits + digit) ? this.digits + digit : digit;
    const row = find(this.digits);
    if (row) this.grid.move(row);
    else this.tell(`There is no row ${this.digits} to mark.`);
    return true;
  }
  search(key) {
    clearTimeout(this.forget);
    this.forget = setTimeout(() => (this.letters = ""), 3_000);
    if (key === ".") this.letters = ".";
    else if (/^[\p{L}'’ -]$/u.test(key)) this.letters += key.toLowerCase();
    else { this.letters = ""; return key === "Enter" || key === "Escape"; }
    const row = this.grid.rows.find((one) => this.grid.name(one).toLowerCase().startsWith(this.letters.slice(1)));
    if (row) this.grid.move(row);
    this.tell(row ? `Find ${this.letters.slice(1)}: ${this.grid.name(row)}` : `No surname begins with ${this.letters.slice(1)}.`);
    return true;
  }
  officeKey(event, row) {
    const box = event.target.matches(".app-code-box");
    if (["ArrowUp", "ArrowDown", "PageUp", "PageDown"].includes(event.key)) { event.preventDefault(); return void this.travel(event, row); }
    if (event.key === "Escape") { event.preventDefault(); return this.grid.move(row); }
    if (event.key !== "Enter" || event.target.matches("a, button")) return;
    event.preventDefault();
    if (!box) { this.grid.move(row); return this.grid.step(1); }
    const symbol = event.target.value.trim().toUpperCase();
    const codes = this.table.dataset.codes.trim().split(" ");
    if (symbol && !codes.some((code) => code.replace("!", "") === symbol) && !["/", "\\"].includes(symbol))
      return this.tell(`${symbol} is not a code for this session. The codes are listed in the key help.`, "problem");
    this.changed({ target: event.target });
    if (codes.includes(`${symbol}!`) && !this.grid.note(row).value) return this.grid.note(row).focus();
    this.grid.step(1);
  }

  // ---- what is kept on this device until it is saved
  keep(dirty) {
    if (!dirty) return store.drop(this.key);
    const marks = Object.fromEntries(this.grid.rows.filter((row) => this.grid.dirty(row)).map((row) => [row.dataset.pupil, this.grid.read(row)]));
    store.write(this.key, { at: Date.now(), drawn: Number(this.form.elements.drawn.value), rest: this.form.elements.rest.value, marks });
  }
  restore() {
    for (const key of store.keys()) {
      const mine = key.startsWith(`${STORE}${this.form.dataset.owner}:`);
      if (!mine || Date.now() - (store.read(key)?.at || 0) > DAY) store.drop(key);
    }
    const draft = store.read(this.key);
    if (!draft) return;
    const rows = this.grid.rows.filter((row) => this.waits(row, draft.marks[row.dataset.pupil]));
    if (!rows.length) return;
    this.grid.change(rows.map((row) => [row, draft.marks[row.dataset.pupil]]), draft.rest);
    // judged against the page the marks were made on, so that nobody's later mark is overwritten
    this.form.elements.drawn.value = Math.min(draft.drawn, Number(this.form.elements.drawn.value));
    const [what, they] = rows.length === 1 ? ["1 mark from this device was", "It is"] : [`${rows.length} marks from this device were`, "They are"];
    this.tell(`${what} put back. ${they} not saved yet.`, "problem");
  }
  /** Whether a kept mark is still to be saved: one that stands on the page was stored, though its answer was lost. */
  waits(row, kept) {
    const stands = this.grid.shown.get(row.dataset.pupil);
    return kept && this.grid.has(row, kept.symbol) && (stands?.symbol !== kept.symbol || stands.minutes !== kept.minutes);
  }

  // ---- saving
  save() {
    if (this.sending) { this.again = true; return; }
    clearTimeout(this.timer);
    if (this.pending) this.again = this.grid.rows.some((row) => this.differs(row, this.pending.marks.get(row))) || this.again; // sent next
    else {
      const body = new FormData(this.form);
      body.set("act", "save");
      this.pending = { body, marks: new Map(this.grid.rows.map((row) => [row, this.grid.read(row)])) };
    }
    this.send();
  }
  differs(row, was) {
    const now = this.grid.read(row);
    return now.symbol !== was.symbol || now.minutes !== was.minutes;
  }
  async send() {
    this.sending = true;
    this.tell("Saving…", "saving");
    const stop = new AbortController();
    const limit = setTimeout(() => stop.abort(), TIMEOUT);
    try {
      const headers = { "X-Requested-With": "register", "X-CSRFToken": this.form.elements.csrf_token.value };
      const answer = await fetch(this.form.action, { method: "POST", body: new URLSearchParams(this.pending.body), headers, signal: stop.signal });
      const text = await answer.text();
      this.sending = false;
      await this.answered(answer.status, text);
    } catch {
      this.sending = false;
      this.failed("No connection");
    } finally {
      clearTimeout(limit);
    }
  }
  async answered(status, text) {
    const part = new DOMParser().parseFromString(text, "text/html");
    const saved = part.querySelector("[data-saved-as]");
    if (status === 200 && saved) return this.saved(saved);
    if ((status === 409 || status === 422) && part.querySelector("form")) return this.swap(part);
    if (status === 401) return this.signedOut(part);
    if (status === 400 && !this.pending.renewed && (await this.renew())) { this.pending.renewed = true; return this.send(); }
    if (status < 500 && status !== 429) { this.pending = null; say(part.body.textContent.replace(/\s+/g, " ").trim().slice(0, 400)); return this.tell("Not saved. Your marks are still here.", "problem"); }
    this.failed("The server did not answer properly");
  }
  saved(part) {
    const sent = this.pending.marks;
    this.pending = null;
    this.tries = 0;
    const marks = new Map(part.textContent.trim().split(";").filter(Boolean).map((one) => { const [pupil, symbol, minutes = ""] = one.split(","); return [pupil, { symbol, minutes }]; }));
    const strange = this.grid.rows.some((row) => marks.has(row.dataset.pupil) && !this.grid.has(row, marks.get(row.dataset.pupil).symbol));
    this.form.elements.drawn.value = part.dataset.savedAs;
    this.form.elements.rid.value = part.dataset.rid;
    this.form.elements.rest.value = "";
    this.form.elements.shown.value = [...this.grid.shown.keys()].map((pupil) => part.textContent.trim().split(";").find((one) => one.startsWith(`${pupil},`)) || pupil).join(";");
    for (const row of this.grid.rows) {
      const stands = marks.get(row.dataset.pupil);
      const touched = this.differs(row, sent.get(row));
      if (stands) this.grid.shown.set(row.dataset.pupil, stands);
      if (stands && !touched) this.grid.put(row, stands);
    }
    this.grid.undone = [];
    delete this.form.dataset.noted;
    this.button.textContent = this.button.dataset.label || this.button.textContent;
    const tag = this.root.querySelector("[data-tag] .app-tag");
    if (tag) { tag.textContent = part.dataset.tag; tag.className = `app-tag app-tag--${part.dataset.tag.startsWith("Saved") ? "done" : "due"}`; }
    this.count();
    this.tell(part.dataset.text, "saved");
    title("");
    this.root.querySelector("[data-marked]").textContent = `${part.dataset.count} of ${this.grid.shown.size} marked`;
    const more = this.again && this.grid.rows.some((row) => this.grid.dirty(row));
    this.again = false;
    if (more) this.save();
    else if (strange && !this.grid.rows.some((row) => this.grid.dirty(row))) location.reload();
  }
  failed(why) {
    this.button.dataset.label ||= this.button.textContent;
    this.button.textContent = "Try again";
    const at = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    this.tell(`Not saved. ${why}. Your marks are kept here (${at}) and will be sent again.`, "problem");
    markDirty(this.form);
    this.timer = setTimeout(() => this.save(), RETRY[Math.min(this.tries++, RETRY.length - 1)]);
  }
  signedOut(part) {
    const box = document.getElementById("page-alert");
    box.replaceChildren(...part.body.childNodes);
    this.tell("Not saved. Sign in again, then come back here: your marks are kept.", "problem");
    this.button.dataset.label ||= this.button.textContent;
    this.button.textContent = "Try again";
    addEventListener("focus", async () => { if (this.pending && (await this.renew())) { box.replaceChildren(); this.save(); } }, { once: true });
  }
  /** Fetch a form token that fits the present sign-in; false when there is none. */
  async renew() {
    try {
      const answer = await fetch(location.href, { headers: { "X-Requested-With": "register" } });
      const token = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("form[data-register] [name=csrf_token]")?.value;
      if (!token || answer.redirected) return false;
      this.form.elements.csrf_token.value = token;
      this.pending.body.set("csrf_token", token);
      return true;
    } catch {
      return false;
    }
  }
  /** Show the server's answer in place of the form; marks made while it was on its way are put back. */
  swap(part) {
    const later = this.grid.rows.filter((row) => this.differs(row, this.pending.marks.get(row)));
    store.drop(this.key);
    const marks = Object.fromEntries(later.map((row) => [row.dataset.pupil, this.grid.read(row)]));
    if (later.length) store.write(this.key, { at: Date.now(), drawn: Number(this.form.elements.drawn.value), rest: "", marks });
    markSaved(this.form);
    this.root.replaceChildren(...part.body.childNodes);
    title("Error: ");
    start(this.root);
    this.root.querySelector("[data-problem]")?.focus();
  }
}

/** Begin the page's title with a word, or with none. */
function title(word) {
  document.title = word + document.title.replace(/^Error: /, "");
}

let here = null;
function start(root) {
  here = new Register(root);
}

addEventListener("online", () => here?.pending && !here.sending && here.save());
document.addEventListener("submit", (event) => {
  if (event.target.action?.includes("sign-out")) for (const key of store.keys()) store.drop(key);
  if (event.target === here?.form) queueMicrotask(() => here.grid && here.count()); // app.js takes every submit for a save
}, true);

const root = document.getElementById("register");
if (root) start(root);
if (root?.dataset.worker && "serviceWorker" in navigator) navigator.serviceWorker.register(root.dataset.worker, { scope: "/settings/", updateViaCache: "all" }).catch(() => {});
