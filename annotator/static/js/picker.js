// The one list of the desk: types, actors, labels, reasons. By its keys, by searching, or by mouse.

export const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase().normalize("NFKC");

const FITTING = 9; // entries that fit below each other on a small screen

const explained = (option) => ` ${fold([option.definition, ...(option.examples ?? [])].filter(Boolean).join(" "))}`;

const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

export class Picker {
  /** `closed()` gives the focus back; `replay(press)` acts on what was typed while an answer was awaited; `above()` stays in sight. */
  constructor(panel, { closed, replay, above }) {
    Object.assign(this, { panel, closed, replay, above });
    for (const part of ["title", "hint", "search", "list", "definition", "form"]) this[part] = panel.querySelector(`#picker-${part}`);
    this.panes = panel.querySelector(".picker-panes");
    panel.querySelector("#picker-close").addEventListener("click", () => this.close());
    this.search.addEventListener("input", () => this.filter());
    panel.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("click", (event) => {
      const row = event.target.closest("[data-index]");
      if (row) this.take(this.shown[Number(row.dataset.index)]);
    });
    this.list.addEventListener("pointermove", (event) => {
      const row = event.target.closest("[data-index]");
      if (row && event.movementX + event.movementY) this.move(Number(row.dataset.index));
    });
  }

  get isOpen() {
    return !this.panel.hidden;
  }

  /**
   * options: [{key, title, meta, group, definition, examples, value, on, current, stays}]; take(option) chooses one.
   * find(query) brings more, and those that fit exactly first; `words` are looked up before anything is typed.
   * last(typed) makes the last entry; keys(event) sees other keys first; `typing` starts in the search field.
   * again() asks anew when other words are selected meanwhile. Without `search` there is a field all the same where an entry has no key of its own.
   */
  open({ title, hint = "", options, take, again = null, find = null, words = "", typing = false, search = true, keys = null, last = null }) {
    Object.assign(this, { options, chosen: take, again, find, words, outer: keys, last, found: [], taking: false, stash: [] });
    this.unanswered = false;
    const keyless = !typing && options.some((option) => !option.key);
    this.show(title, keyless ? `${hint.replace(/, or Space to search$/, "")} · without a key: Space and its name, or ↑ ↓, then Enter` : hint);
    this.form.hidden = true;
    this.panes.hidden = false;
    this.panes.classList.toggle("bare", !find && !options.some((option) => explained(option).trim()));
    this.list.classList.toggle("columns", !typing && options.length > FITTING);
    this.search.hidden = !search && !keyless;
    this.search.value = "";
    this.search.placeholder = typing ? "Type to search" : "Space, then type to search";
    this.filter();
    this.typing = typing;
    this.focus();
  }

  focus() {
    const first = this.form.hidden ? (this.typing ? this.search : this.list) : this.form.querySelector("input, textarea, select");
    first.focus({ preventScroll: true });
  }

  /** A form instead of a list: a comment, or the particulars of a new actor. */
  ask({ title, hint = "", form, submit }) {
    this.chosen = this.again = null;
    this.show(title, hint);
    this.search.hidden = this.panes.hidden = true;
    this.form.hidden = false;
    this.form.replaceChildren(form);
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.target.type === "submit") return;
      event.preventDefault();
      form.requestSubmit();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const filled = new FormData(form);
      this.close();
      submit(filled);
    });
    this.focus();
    document.activeElement.select?.();
  }

  show(title, hint) {
    this.title.textContent = title;
    this.hint.textContent = hint;
    this.panel.style.setProperty("--top", `${Math.ceil(this.above().getBoundingClientRect().bottom)}px`);
    this.panel.hidden = false;
  }

  /** Other words are selected: a list that is about the selection asks about them, with what was typed. */
  renew() {
    if (!this.isOpen || this.taking || !this.again) return;
    const typed = this.search.value;
    this.again();
    if (!this.isOpen || !typed) return;
    this.search.value = typed;
    this.filter();
  }

  /** Whether the sentence may be left: an Enter that waits for its answer goes first, what was filled in is not thrown away. */
  async leave() {
    await this.entering;
    const filled = this.isOpen && !this.form.hidden && [...this.form.querySelectorAll("input, textarea")].find((field) => field.value !== field.defaultValue);
    if (filled) filled.focus();
    else this.close();
    return !filled;
  }

  close() {
    if (this.panel.hidden) return;
    this.panel.hidden = true;
    this.closed();
  }

  /** What fits what was typed: the title, its beginning, the beginning of a word, anywhere, what is said of it; each in the given order. */
  filter() {
    const query = fold(this.search.value.trim());
    const rank = (option) => {
      if (!query) return 0;
      const title = fold(option.title);
      const words = ` ${fold([option.title, option.value, option.meta, option.also].filter(Boolean).join(" "))}`;
      if (title === query || fold(String(option.value ?? "")) === query || String(option.number) === query) return 0;
      if (title.startsWith(query)) return 1;
      if (words.includes(query)) return words.includes(` ${query}`) ? 2 : 3;
      return query.length > 1 && explained(option).includes(` ${query}`) ? 4 : -1;
    };
    const ranked = this.options.map((option) => [rank(option), option]).filter(([fits]) => fits >= 0);
    this.fitting = ranked.sort(([a], [b]) => a - b).map(([, option]) => option);
    this.found = [];
    this.unanswered = false;
    this.looking = this.moved = null; // what an earlier search still brings is for another list
    this.draw();
    const wanted = this.search.value.trim() || this.words;
    this.panel.toggleAttribute("data-looking", Boolean(this.find && wanted));
    this.pending = this.find && wanted ? this.more(wanted, query ? 40 : 0) : null;
  }

  /** What the search brings, once one has typed on for a moment; a later search takes its place. */
  async more(wanted, after) {
    const looking = (this.looking = {});
    if (after) await new Promise((done) => setTimeout(done, after));
    if (looking !== this.looking) return;
    const found = await this.find(wanted);
    if (looking !== this.looking || this.panel.hidden) return;
    this.panel.removeAttribute("data-looking");
    this.unanswered = !found;
    this.found = this.search.value.trim() ? (found ?? []) : (found ?? []).filter((option) => option.exact);
    this.draw();
  }

  /** Exact ones first, then what fits of the list, then the rest that was found, then the last entry. */
  draw() {
    const exact = this.found.filter((option) => option.exact);
    const held = new Set(exact.map((option) => option.value));
    const fitting = this.fitting.filter((option) => option.value == null || !held.has(option.value));
    fitting.forEach((option) => option.value != null && held.add(option.value));
    this.shown = [...exact, ...fitting, ...this.found.filter((option) => !held.has(option.value))];
    const last = this.last?.(this.search.value.trim());
    if (last) this.shown.push(last);
    this.list.replaceChildren(...this.shown.map((option, index) => this.row(option, index)));
    // Words that fit nobody are most likely somebody new: whoever is in the cast has a number.
    const newcomer = last && (this.search.value.trim() ? this.shown.length === 1 : !exact.length);
    const at = this.moved ? this.shown.findIndex((option) => option.value === this.moved.value && option.isNew === this.moved.isNew) : -1;
    this.light(at >= 0 ? at : newcomer ? this.shown.length - 1 : this.shown.findIndex((option) => option.current));
  }

  /** To an entry that one chose oneself: it stays where one is, whatever the search still brings. */
  move(index) {
    this.light(index);
    this.moved = this.shown[this.at];
  }

  row(option, index) {
    const row = element("li", { id: `pick-${index}`, role: "option" });
    row.dataset.index = String(index);
    row.setAttribute("aria-selected", "false");
    if (option.group && option.group !== this.shown[index - 1]?.group) row.dataset.group = option.group;
    if (option.key) row.append(element("kbd", { textContent: option.key }), " ");
    if (option.on || option.current) row.append(element("b", { textContent: "✓ " }));
    row.append(element("span", { textContent: option.title }));
    const meta = option.isNew && this.unanswered ? "the registry does not answer" : option.meta;
    if (meta) row.append(" ", element("small", { textContent: meta }));
    return row;
  }

  light(index) {
    this.at = Math.max(0, index);
    [...this.list.children].forEach((row, i) => row.setAttribute("aria-selected", String(i === this.at)));
    const row = this.list.children[this.at];
    for (const host of [this.search, this.list]) {
      if (row) host.setAttribute("aria-activedescendant", row.id);
      else host.removeAttribute("aria-activedescendant");
    }
    row?.scrollIntoView({ block: "nearest" });
    this.explain(this.shown[this.at]);
  }

  explain(option) {
    if (!option) return this.definition.replaceChildren("Nothing fits.");
    if (option.isNew && this.unanswered) return this.definition.replaceChildren("The registry does not answer: whoever this is may be there already. Enter makes a new one all the same.");
    const parts = [["p", option.definition], ...(option.examples ?? []).map((example) => ["blockquote", example])];
    this.definition.replaceChildren(...parts.filter(([, text]) => text).map(([name, textContent]) => element(name, { textContent })));
  }

  take(option) {
    if (!option || !this.chosen) return;
    const chosen = this.chosen;
    if (!option.stays) this.close();
    chosen(option);
  }

  /**
   * Enter takes what is on top once the search has answered or given up; what is typed meanwhile follows it.
   * A newcomer is never taken in place of an answer that has not come: the list says so first.
   */
  async enter() {
    const warned = this.unanswered;
    const typed = this.search.value;
    this.taking = true;
    for (let awaited; awaited !== this.pending && !this.moved; ) await (awaited = this.pending);
    if (!this.taking || !this.isOpen) return;
    this.taking = false;
    const stash = this.stash.splice(0);
    const option = this.shown[this.at];
    if (option?.isNew && this.unanswered && !warned) return;
    this.take(option);
    // An Enter for the newcomer's form is not meant for the sentence when somebody known was found for the words.
    if (!typed && this.last && !option?.isNew && stash[0]?.key === "Enter") stash.shift();
    stash.forEach((press) => this.replay(press));
  }

  /** A key that was pressed before the list stood open, and belongs to it. */
  receive(press) {
    const form = this.form.hidden ? null : this.form.querySelector("form");
    if (form && press.key === "Enter") return form.requestSubmit();
    const field = document.activeElement;
    if (press.key.length === 1 && this.panel.contains(field) && field.matches("input, textarea")) {
      field.setRangeText(press.key, field.selectionStart, field.selectionEnd, "end");
      return field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    this.key({ ...press, target: this.list, preventDefault: () => {}, stopPropagation: () => {} });
  }

  key(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    event.stopPropagation();
    if (this.taking && event.key !== "Escape") {
      event.preventDefault();
      return void this.stash.push(event);
    }
    if (event.key === "Escape") {
      event.preventDefault();
      this.taking = false;
      this.entering = null;
      return this.close();
    }
    if (!this.chosen || event.target.closest("button")) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) {
      event.preventDefault();
      return this.move((this.at + by + this.shown.length) % this.shown.length);
    }
    if (event.key === "Enter") {
      event.preventDefault();
      return void (this.entering = this.enter());
    }
    if (document.activeElement !== this.search) this.shortcut(event);
  }

  /** A key of the open list: what the caller watches for, an entry's own key, or the beginning of a search. */
  shortcut(event) {
    if (event.key === "Tab" || event.key === "Shift") return;
    event.preventDefault();
    if (this.outer?.(event)) return;
    if ((event.key === " " || event.key === "/") && !this.search.hidden) return this.search.focus();
    const by = (wanted) => this.shown.find((option) => option.key && option.key.toLowerCase() === wanted);
    const option = by(event.key.toLowerCase()) ?? by(keyOf(event));
    if (option || this.search.hidden || event.key.length > 1) return this.take(option);
    this.search.focus();
    this.search.value = event.key;
    this.filter();
  }
}

/** The key as typed, or the letter at its position on layouts without Latin letters. */
export function keyOf(event) {
  if (event.key.length !== 1) return event.key;
  if (event.key.charCodeAt(0) > 127 && event.code?.startsWith("Key")) return event.code.slice(3).toLowerCase();
  return event.key.toLowerCase();
}

/** 1 to 9 for a digit, 10 to 19 for Shift and a digit, null for any other key. */
export function numberOf(event) {
  if (/^[0-9]$/.test(event.key)) return Number(event.key);
  const digit = /^Digit([0-9])$/.exec(event.code ?? "");
  if (!digit) return null;
  if (event.shiftKey) return 10 + Number(digit[1]);
  return /^\p{Nd}$/u.test(event.key) ? Number(digit[1]) : null; // digits of another script
}

export { element };
