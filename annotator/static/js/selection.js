// The cursor and the selection over a sentence's words. Offsets are code points of the document's text.

const LONG_PRESS = 400; // milliseconds
const LINK = /^(of|de|del|della|da|di|du|des|la|le|van|von|der|den|bin|ibn|al|el|and|&|’s|'s|’|'|s|-|–)$/iu;
const BORDER = /^[\p{P}\p{S}]+$/u;
const INNER = /^[-–’']$/u;

export class Selection {
  constructor() {
    this.cursor = this.anchor = 0;
    this.made = false; // stretched on purpose, so that it may serve as a cue
  }

  /** Takes hold of a newly drawn sentence; `place` keeps the selection that it had before. */
  bind(host, place) {
    this.host = host;
    this.words = [...host.querySelectorAll(".tok")];
    this.rtl = host.dir === "rtl";
    this.letters = Array.from([...host.querySelectorAll(".tok, .gap")].map((piece) => piece.textContent).join(""));
    this.offset = Number(host.closest("[data-start]").dataset.start);
    this.cursor = this.anchor = 0;
    this.made = false;
    this.pressed &&= Boolean(place); // a drag does not go on in another sentence
    this.from = Math.min(this.from ?? 0, this.words.length - 1);
    this.pointers();
    if (place) {
      this.select(place.start, place.end);
      this.made = place.made;
    } else {
      this.cursor = this.anchor = -1;
      this.stop(1, false);
      if (this.cursor < 0) this.to(0, false);
    }
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

  // --- by key

  to(index, stretch) {
    if (index < 0 || index >= this.words.length) return;
    this.cursor = index;
    if (!stretch) this.anchor = index;
    this.made = stretch;
    this.paint();
  }

  /** One word on (+1) or back (-1), from the end of the selection that lies that way. */
  step(by, stretch) {
    const from = stretch ? this.cursor : by > 0 ? this.high : this.low;
    this.to(Math.max(0, Math.min(this.words.length - 1, from + by)), stretch);
  }

  /** The next (+1) or last (-1) place where something is likely to be tagged, whole: a run of names, a mark. */
  stop(by, stretch) {
    const from = stretch ? this.cursor : by > 0 ? this.high : this.low;
    for (let i = from + by; i >= 0 && i < this.words.length; i += by) {
      if (!("stop" in this.words[i].dataset)) continue;
      if (stretch) return this.to(by > 0 ? this.runEnd(i) : i, true);
      this.anchor = i;
      this.cursor = this.runEnd(i);
      this.made = false;
      return this.paint();
    }
  }

  /** The last word of the mark or the run of names that begins at this word. */
  runEnd(index) {
    const mark = this.markAt(index);
    if (mark) return this.words.findLastIndex((word) => Number(word.dataset.e) <= Number(mark.dataset.e));
    let end = index;
    while (this.named(end + 1) && !("stop" in this.words[end + 1].dataset)) end++;
    return this.named(index) ? end : index;
  }

  /** The outermost mark that begins at this word. */
  markAt(index) {
    let found = null;
    for (let mark = this.words[index].closest(".mark"); mark; mark = mark.parentElement.closest(".mark")) {
      if (mark.dataset.s === this.words[index].dataset.s) found = mark;
    }
    return found;
  }

  named(index) {
    return index >= 0 && index < this.words.length && "name" in this.words[index].dataset;
  }

  /** The next word that begins with what was typed, from the cursor on and round. Returns whether there is one. */
  jump(letters) {
    const wanted = letters.toLocaleLowerCase();
    const count = this.words.length;
    const from = letters.length > 1 ? this.cursor - 1 : this.cursor; // a second letter may name the same word
    for (let k = 1; k <= count; k++) {
      const i = (from + k + count) % count;
      if (!this.words[i].textContent.toLocaleLowerCase().startsWith(wanted)) continue;
      this.to(i, false);
      return true;
    }
    return false;
  }

  ends(last, stretch) {
    this.to(last ? this.words.length - 1 : 0, stretch);
  }

  /** First to the run of names around the selection, then to the punctuation on both sides. */
  widen() {
    if (this.toNames()) return;
    const bordered = (i) => !this.words[i] || (BORDER.test(this.words[i].textContent) && !INNER.test(this.words[i].textContent));
    let [low, high] = [this.low, this.high];
    while (!bordered(low - 1)) low--;
    while (!bordered(high + 1)) high++;
    this.stretch(low, high);
  }

  stretch(low, high) {
    this.anchor = low;
    this.cursor = high;
    this.made = true;
    this.paint();
  }

  /** To the run of names that the selection begins or ends in. Returns whether that is more than it was. */
  toNames() {
    const reach = (from, by) => {
      let at = from;
      for (let i = from + by; i >= 0 && i < this.words.length; i += by) {
        if (this.named(i)) at = i;
        else if (!LINK.test(this.words[i].textContent) || Math.abs(i - at) > 2) break;
      }
      return at;
    };
    if (!this.named(this.low) && !this.named(this.high)) return false;
    const [low, high] = [reach(this.low, -1), reach(this.high, 1)];
    if (low === this.low && high === this.high) return false;
    this.stretch(low, high);
    return true;
  }

  /** By character: Shift moves the end of the selection, without it the beginning moves. */
  nudge(by, stretch) {
    const range = this.range();
    if (!range) return;
    if (stretch) this.select(range.start, Math.max(range.start + 1, range.end + by));
    else this.select(Math.max(this.offset, Math.min(range.start + by, range.end - 1)), range.end);
    this.made = true;
  }

  /** Selects any stretch, splitting drawn words at its borders. */
  select(start, end) {
    if (start < this.offset || end > this.offset + this.letters.length || start >= end) return;
    for (const edge of [start, end]) this.split(edge);
    const first = this.words.findIndex((word) => Number(word.dataset.e) > start);
    const last = this.words.findLastIndex((word) => Number(word.dataset.s) < end);
    if (first < 0 || last < first) return;
    this.anchor = first;
    this.cursor = last;
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

  // --- by mouse and by touch

  pointers() {
    this.host.addEventListener("pointerdown", (event) => this.press(event));
    this.host.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel"]) this.host.addEventListener(end, () => this.release());
    this.host.addEventListener("touchmove", (event) => this.pressed && event.preventDefault(), { passive: false });
    this.host.addEventListener("click", (event) => event.detail > 1 && this.under(event) >= 0 && this.clicked(event.detail));
    this.host.addEventListener("contextmenu", (event) => this.pressed && event.preventDefault());
  }

  /** Twice takes the word, or the run of names that it is in; three times, to the punctuation. */
  clicked(times) {
    if (times > 2) this.widen();
    else if (!this.toNames()) this.made = true;
  }

  /** The word at the pointer; between two words, the one that comes after. */
  under(event) {
    const piece = event.target.closest(".tok, .gap") ?? event.target.closest(".mark")?.querySelector(".tok");
    return this.words.indexOf(piece?.matches(".gap") ? this.words.find((word) => piece.compareDocumentPosition(word) & Node.DOCUMENT_POSITION_FOLLOWING) : piece);
  }

  /** A press begins a selection; by finger a long one does, so that a short swipe still scrolls. */
  press(event) {
    const index = this.under(event);
    if (index < 0 || event.button) return;
    clearTimeout(this.longPress);
    if (event.pointerType === "touch") {
      this.longPress = setTimeout(() => this.begin(index, true), LONG_PRESS);
      this.touched = { index, x: event.clientX, y: event.clientY };
      return;
    }
    event.preventDefault();
    this.begin(index, event.shiftKey);
  }

  begin(index, stretch) {
    this.pressed = true;
    const within = index >= this.low && index <= this.high && this.low !== this.high;
    this.host.focus({ preventScroll: true });
    if (stretch && !this.touched) {
      this.from = this.anchor;
      return this.to(index, true);
    }
    const mark = this.words[index].closest(".mark");
    this.to(index, false);
    if (mark && !within) this.unstretched(Number(mark.dataset.s), Number(mark.dataset.e));
    this.from = index;
    this.touched = null;
  }

  unstretched(start, end) {
    this.select(start, end);
    this.made = false;
  }

  drag(event) {
    if (this.touched && Math.hypot(event.clientX - this.touched.x, event.clientY - this.touched.y) > 8) {
      clearTimeout(this.longPress); // a swipe
      this.touched = null;
    }
    if (this.pressed && event.pointerType === "mouse" && !event.buttons) this.release(); // let go outside the sentence
    if (!this.pressed) return;
    const word = document.elementFromPoint(event.clientX, event.clientY)?.closest?.(".tok");
    const index = word ? this.words.indexOf(word) : -1;
    if (index < 0 || index === (this.made ? this.cursor : this.from)) return;
    this.anchor = this.from;
    this.to(index, true);
  }

  release() {
    clearTimeout(this.longPress);
    if (this.touched) this.begin(this.touched.index, false);
    this.pressed = false;
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
  }
}
