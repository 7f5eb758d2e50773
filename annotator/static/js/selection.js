// The cursor and the selection over a sentence's words. Offsets are code points of the document's text.

export class Selection {
  constructor(changed) {
    this.changed = changed;
    this.cursor = this.anchor = 0;
    this.made = false; // stretched on purpose, so that it may serve as a cue
  }

  /** Takes hold of a newly drawn sentence; `place` (start, end) keeps the cursor where it was. */
  bind(host, place) {
    this.host = host;
    this.words = [...host.querySelectorAll(".tok")];
    this.rtl = getComputedStyle(host).direction === "rtl";
    this.first = this.words.length ? Number(this.words[0].dataset.s) : 0;
    this.pieces = [...host.querySelectorAll(".tok, .gap")].map((piece) => piece.textContent);
    this.letters = Array.from(this.pieces.join(""));
    const sentenceStart = Number(host.closest("[data-start]").dataset.start);
    this.offset = sentenceStart;
    const at = place ? this.indexAt(place.start) : 0;
    this.anchor = at;
    this.cursor = place ? Math.max(at, this.indexBefore(place.end)) : at;
    this.made = place?.made ?? false;
    host.addEventListener("pointerdown", (event) => this.press(event));
    host.addEventListener("pointermove", (event) => this.drag(event));
    host.addEventListener("pointerup", () => (this.pressed = false));
    host.addEventListener("dblclick", () => this.widen());
    this.paint();
  }

  indexAt(start) {
    const found = this.words.findIndex((word) => Number(word.dataset.e) > start);
    return found < 0 ? Math.max(0, this.words.length - 1) : found;
  }

  indexBefore(end) {
    const found = this.words.findLastIndex((word) => Number(word.dataset.s) < end);
    return found < 0 ? 0 : found;
  }

  get low() {
    return Math.min(this.cursor, this.anchor);
  }

  get high() {
    return Math.max(this.cursor, this.anchor);
  }

  /** What is selected: offsets in code points, and the very words. */
  range() {
    if (!this.words.length) return null;
    const start = Number(this.words[this.low].dataset.s);
    const end = Number(this.words[this.high].dataset.e);
    return { start, end, text: this.letters.slice(start - this.offset, end - this.offset).join("") };
  }

  place() {
    const range = this.range();
    return range && { ...range, made: this.made };
  }

  press(event) {
    const word = event.target.closest(".tok");
    if (!word || event.button) return;
    event.preventDefault();
    this.pressed = true;
    this.to(this.words.indexOf(word), event.shiftKey);
    this.host.focus({ preventScroll: true });
  }

  drag(event) {
    if (!this.pressed) return;
    const word = document.elementFromPoint(event.clientX, event.clientY)?.closest?.(".tok");
    const index = word ? this.words.indexOf(word) : -1;
    if (index >= 0 && index !== this.cursor) this.to(index, true);
  }

  to(index, stretch) {
    if (index < 0 || index >= this.words.length) return;
    this.cursor = index;
    if (!stretch) this.anchor = index;
    this.made = stretch;
    this.paint();
  }

  /** One word on (+1) or back (-1). */
  step(by, stretch) {
    this.to(Math.max(0, Math.min(this.words.length - 1, this.cursor + by)), stretch);
  }

  /** The next (+1) or last (-1) place where something is likely to be tagged. */
  stop(by, stretch) {
    for (let i = this.cursor + by; i >= 0 && i < this.words.length; i += by) {
      if ("stop" in this.words[i].dataset) return this.to(i, stretch);
    }
  }

  /** The next word that begins with what was typed, from the cursor on and round. */
  jump(letters) {
    const wanted = letters.toLocaleLowerCase();
    const count = this.words.length;
    for (let k = 1; k <= count; k++) {
      const i = (this.cursor + k) % count;
      if (this.words[i].textContent.toLocaleLowerCase().startsWith(wanted)) return this.to(i, false);
    }
  }

  ends(last, stretch) {
    this.to(last ? this.words.length - 1 : 0, stretch);
  }

  /** First to the run of names around the selection, then to the punctuation on both sides. */
  widen() {
    const link = /^(of|de|del|della|da|di|du|des|la|le|van|von|der|den|bin|ibn|al|el|and|&|’s|'s|’|'|s|-|–)$/iu;
    const named = (i) => i >= 0 && i < this.words.length && "name" in this.words[i].dataset;
    const reach = (from, by) => {
      let at = from;
      for (let i = from + by; i >= 0 && i < this.words.length; i += by) {
        if (named(i)) at = i;
        else if (!link.test(this.words[i].textContent) || Math.abs(i - at) > 2) break;
      }
      return at;
    };
    let [low, high] = [this.low, this.high];
    if (named(low) || named(high)) [low, high] = [reach(low, -1), reach(high, 1)];
    if (low === this.low && high === this.high) {
      const border = /^[\p{P}\p{S}]+$/u;
      const inner = /^(-|–|’|')$/u;
      while (low > 0 && !(border.test(this.words[low - 1].textContent) && !inner.test(this.words[low - 1].textContent))) low--;
      while (high < this.words.length - 1 && !(border.test(this.words[high + 1].textContent) && !inner.test(this.words[high + 1].textContent))) high++;
    }
    this.anchor = low;
    this.cursor = high;
    this.made = true;
    this.paint();
  }

  /** By character: the word at the end of the selection is cut where the border goes. */
  nudge(by, stretch) {
    const range = this.range();
    if (!range) return;
    if (stretch) this.select(range.start, Math.max(range.start + 1, range.end + by));
    else this.select(Math.max(this.offset, Math.min(range.start + by, range.end - 1)), range.end);
  }

  /** Selects any stretch, splitting drawn words at its borders. */
  select(start, end) {
    const last = this.offset + this.letters.length;
    if (start < this.offset || end > last || start >= end) return;
    for (const edge of [start, end]) this.split(edge);
    this.anchor = this.words.findIndex((word) => Number(word.dataset.s) >= start);
    this.cursor = this.words.findLastIndex((word) => Number(word.dataset.e) <= end);
    this.made = true;
    this.paint();
  }

  split(edge) {
    const index = this.words.findIndex((word) => Number(word.dataset.s) < edge && edge < Number(word.dataset.e));
    if (index < 0) return;
    const word = this.words[index];
    const letters = Array.from(word.textContent);
    const at = edge - Number(word.dataset.s);
    const rest = word.cloneNode(false);
    rest.id = `t${edge}`;
    rest.dataset.s = String(edge);
    delete rest.dataset.stop;
    rest.textContent = letters.slice(at).join("");
    word.textContent = letters.slice(0, at).join("");
    word.dataset.e = String(edge);
    word.after(rest);
    this.words.splice(index + 1, 0, rest);
  }

  paint() {
    this.words.forEach((word, i) => {
      const chosen = i >= this.low && i <= this.high;
      word.classList.toggle("chosen", chosen);
      word.classList.toggle("cursor", i === this.cursor);
      word.setAttribute("aria-selected", String(chosen));
    });
    const at = this.words[this.cursor];
    if (at) this.host.setAttribute("aria-activedescendant", at.id);
    this.changed?.(this);
  }
}
