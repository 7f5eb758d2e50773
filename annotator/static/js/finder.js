// Finding one's way in the article: words, and sentences by what one made of them. It reads the article's links
// and moves nothing; Enter opens the next match on the desk.

const MARKS = /[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]/g; // accents, and the points of Hebrew and Arabic
const TYPE = "type ";

const KINDS = {
  "": () => true,
  open: ({ classList }) => classList.contains("unseen") || classList.contains("started"),
  flagged: ({ dataset }) => "flagged" in dataset,
  skipped: ({ classList }) => classList.contains("skipped"),
  commented: ({ dataset }) => "commented" in dataset,
  event: ({ dataset }) => "types" in dataset,
};

/** Text without case, accents and kinds of space; `at` says where in the text each of its units began. */
function folded(text) {
  let letters = "";
  const at = [];
  let place = 0;
  for (const letter of text) {
    const plain = /\s/.test(letter) ? " " : letter.normalize("NFD").replace(MARKS, "").toLowerCase();
    for (let k = 0; k < plain.length; k++) at.push(place);
    letters += plain;
    place += letter.length;
  }
  return { letters, at: [...at, place] };
}

export class Finder {
  constructor(desk, form) {
    Object.assign(this, { desk, form });
    this.known = new WeakMap(); // a sentence's words -> folded
    this.found = [];
    this.types(desk.codebook.event_types);
    form.addEventListener("input", () => this.look());
    form.addEventListener("reset", () => setTimeout(() => (this.look(), desk.focus())));
    form.addEventListener("submit", (event) => event.preventDefault());
    form.elements.back.addEventListener("click", () => this.step(-1));
    form.elements.next.addEventListener("click", () => this.step(1));
    form.addEventListener("keydown", (event) => {
      if (!event.isComposing && !(event.key === "Enter" && event.target.closest("button")) && this.pressed(event)) event.preventDefault();
    });
  }

  /** One choice for any event, and one for each type. */
  types(types) {
    if (!types.length) return;
    const group = Object.assign(document.createElement("optgroup"), { label: "With an event" });
    group.append(new Option("Any event", "event"), ...types.map((type) => new Option(type.title, TYPE + type.id)));
    this.form.elements.kind.append(group);
  }

  get isOpen() {
    return this.form.contains(document.activeElement);
  }

  open() {
    this.form.elements.words.focus();
    this.form.elements.words.select();
  }

  pressed({ key, shiftKey }) {
    if (key === "Enter") this.step(shiftKey ? -1 : 1);
    else if (key === "Escape") this.desk.focus();
    return key === "Enter" || key === "Escape";
  }

  /** Keys that were typed while an earlier one still waited for its turn. */
  receive(press) {
    if (this.pressed(press) || press.key.length !== 1) return;
    this.form.elements.words.value += press.key;
    this.look();
  }

  /** Marks what fits, in the whole article: its second part is asked for where it is not here yet. */
  look() {
    const { words, kind } = this.form.elements;
    const wanted = folded(words.value.trim()).letters;
    this.active = Boolean(wanted || kind.value);
    if (!this.active && !this.found.length) return this.count();
    const fits = KINDS[kind.value] ?? (({ dataset }) => (dataset.types ?? "").split(" ").includes(kind.value.slice(TYPE.length)));
    const ranges = [];
    for (const link of this.found) link.classList.remove("found");
    this.found = this.active ? [...document.querySelectorAll("#article a[data-n]")].filter((link) => fits(link) && this.holds(link, wanted, ranges)) : [];
    for (const link of this.found) link.classList.add("found");
    CSS.highlights?.set("found", new Highlight(...ranges));
    this.count();
    if (this.active) this.desk.wholeArticle();
  }

  holds(link, wanted, ranges) {
    if (!wanted) return true;
    const words = link.lastChild;
    if (!this.known.has(words)) this.known.set(words, folded(words.data));
    const { letters, at } = this.known.get(words);
    let from = letters.indexOf(wanted);
    const held = from >= 0;
    for (; from >= 0; from = letters.indexOf(wanted, from + wanted.length)) {
      ranges.push(new StaticRange({ startContainer: words, startOffset: at[from], endContainer: words, endOffset: at[from + wanted.length] }));
    }
    return held;
  }

  /** Which of the matches lies on the desk. */
  count() {
    const at = this.found.findIndex((link) => Number(link.dataset.n) === this.desk.n) + 1;
    const { length } = this.found;
    const said = !this.active ? "" : !length ? "none" : at ? `${at} of ${length}` : `${length} found`;
    if (this.form.elements.count.value !== said) this.form.elements.count.value = said;
  }

  /** The next match after the sentence at hand, or the last before it; round at the ends. */
  async step(by) {
    if (!this.active) return;
    await this.desk.wholeArticle();
    const numbers = this.found.map((link) => Number(link.dataset.n));
    if (by < 0) numbers.reverse();
    const to = numbers.find((n) => (n - this.desk.n) * by > 0) ?? numbers[0];
    if (to !== undefined && to !== this.desk.n) await this.desk.show(to, true);
  }
}
