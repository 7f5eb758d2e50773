// The one list of the desk: types, actors, labels, reasons. By its keys, by searching, or by mouse.

const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();

export class Picker {
  constructor(panel, closed) {
    this.panel = panel;
    this.closed = closed;
    this.search = panel.querySelector("#picker-search");
    this.list = panel.querySelector("#picker-list");
    this.definition = panel.querySelector("#picker-definition");
    this.form = panel.querySelector("#picker-form");
    panel.querySelector("#picker-close").addEventListener("click", () => this.close());
    this.search.addEventListener("input", () => this.filter());
    panel.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("click", (event) => {
      const row = event.target.closest("[data-index]");
      if (row) this.take(this.shown[Number(row.dataset.index)]);
    });
    this.list.addEventListener("pointermove", (event) => {
      const row = event.target.closest("[data-index]");
      if (row) this.light(Number(row.dataset.index));
    });
  }

  get isOpen() {
    return !this.panel.hidden;
  }

  /**
   * options: [{key, title, meta, definition, examples, value, search, on, also}]; take(option) chooses one.
   * `find(query)` asks for more; `typing` starts in the search field; `keys(event)` sees other keys first.
   */
  open({ title, hint = "", options, take, find = null, typing = false, search = true, keys = null, last = null }) {
    Object.assign(this, { options, chosen: take, find, outer: keys, last, extra: [] });
    this.panel.querySelector("#picker-title").textContent = title;
    this.panel.querySelector("#picker-hint").textContent = hint;
    this.form.hidden = true;
    this.search.parentElement.querySelector(".picker-panes").hidden = false;
    this.search.hidden = !search;
    this.search.value = "";
    this.panel.hidden = false;
    this.list.tabIndex = 0;
    this.filter();
    (typing ? this.search : this.list).focus({ preventScroll: true });
    this.panel.scrollIntoView({ block: "nearest" });
  }

  /** A form instead of a list: a comment, or the particulars of a new actor. */
  ask({ title, hint = "", html, submit }) {
    this.panel.querySelector("#picker-title").textContent = title;
    this.panel.querySelector("#picker-hint").textContent = hint;
    this.search.hidden = true;
    this.search.parentElement.querySelector(".picker-panes").hidden = true;
    this.form.hidden = false;
    this.form.replaceChildren(html);
    this.panel.hidden = false;
    this.chosen = null;
    this.submit = submit;
    html.addEventListener("submit", (event) => {
      event.preventDefault();
      const form = new FormData(html);
      this.close();
      submit(form);
    });
    html.querySelector("input, textarea, select")?.focus();
    this.panel.scrollIntoView({ block: "nearest" });
  }

  close() {
    if (this.panel.hidden) return;
    this.panel.hidden = true;
    clearTimeout(this.timer);
    this.closed();
  }

  filter() {
    const query = fold(this.search.value.trim());
    const rank = (option) => {
      if (!query) return 0;
      const words = fold([option.title, option.value, option.meta, option.search].filter(Boolean).join(" "));
      const title = fold(option.title);
      if (title === query || fold(String(option.value ?? "")) === query) return 0;
      if (title.startsWith(query)) return 1;
      return words.includes(` ${query}`) || words.startsWith(query) ? 2 : words.includes(query) ? 3 : -1;
    };
    const ranked = this.options.map((option) => [rank(option), option]).filter(([r]) => r >= 0);
    ranked.sort(([a], [b]) => a - b);
    this.shown = ranked.map(([, option]) => option);
    this.draw();
    if (this.find && query) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.more(this.search.value.trim()), 60);
    }
  }

  async more(query) {
    const found = await this.find(query);
    if (this.search.value.trim() !== query || this.panel.hidden) return;
    const held = new Set(this.shown.map((option) => option.value));
    this.shown.push(...found.filter((option) => !held.has(option.value)));
    this.draw(this.at);
  }

  draw(at = 0) {
    const last = this.last?.(this.search.value.trim());
    if (last && !this.shown.includes(last)) this.shown = [...this.shown.filter((option) => !option.isLast), { ...last, isLast: true }];
    this.list.replaceChildren(
      ...this.shown.map((option, index) => {
        const row = document.createElement("li");
        row.id = `pick-${index}`;
        row.role = "option";
        row.dataset.index = String(index);
        row.setAttribute("aria-selected", "false");
        if (option.group && option.group !== this.shown[index - 1]?.group) row.dataset.group = option.group;
        const parts = [];
        const add = (name, text) => {
          const part = document.createElement(name);
          part.textContent = text;
          parts.push(part, " ");
        };
        if (option.key) add("kbd", option.key);
        if (option.on) add("b", "✓");
        add("span", option.title);
        if (option.meta) {
          add("small", option.meta);
        }
        row.append(...parts);
        return row;
      }),
    );
    this.light(Math.min(at, this.shown.length - 1));
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
    this.definition.replaceChildren();
    if (!option) return void (this.definition.textContent = "Nothing fits.");
    for (const [name, text] of [["p", option.definition], ...(option.examples ?? []).map((example) => ["blockquote", example])]) {
      if (!text) continue;
      const part = document.createElement(name);
      part.textContent = text;
      this.definition.append(part);
    }
  }

  take(option) {
    if (!option || !this.chosen) return;
    const chosen = this.chosen;
    if (!option.stays) this.close();
    chosen(option);
  }

  key(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    event.stopPropagation();
    if (event.key === "Escape") {
      event.preventDefault();
      return this.close();
    }
    if (!this.chosen) return;
    const typing = document.activeElement === this.search;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (moves[event.key]) {
      event.preventDefault();
      return this.light(Math.min(this.shown.length - 1, this.at + moves[event.key]));
    }
    if (event.key === "Enter") {
      event.preventDefault();
      return this.take(this.shown[this.at]);
    }
    if (event.target.closest("button")) return;
    if (typing) return;
    if (this.outer?.(event)) return event.preventDefault();
    if ((event.key === " " || event.key === "/") && !this.search.hidden) {
      event.preventDefault();
      return this.search.focus();
    }
    const wanted = keyOf(event);
    const option = this.options.find((o) => o.key && o.key.toLowerCase() === wanted);
    if (option) {
      event.preventDefault();
      this.take(option);
    }
  }
}

/** The key as typed, or the letter at its position on layouts without Latin letters. */
export function keyOf(event) {
  if (event.key.length === 1 && event.key.charCodeAt(0) < 128) return event.key.toLowerCase();
  if (event.key.length === 1 && event.code.startsWith("Key")) return event.code.slice(3).toLowerCase();
  return event.key;
}

/** 1 to 9 for a digit, 10 to 19 for Shift and a digit, null for any other key. */
export function numberOf(event) {
  if (/^[0-9]$/.test(event.key)) return Number(event.key);
  if (event.shiftKey && /^Digit[0-9]$/.test(event.code)) return 10 + Number(event.code.slice(5));
  return null;
}
