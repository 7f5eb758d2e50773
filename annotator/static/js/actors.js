// Actors: the numbers of the cast, the list that finds or makes one, and what a number does to the selection.

import { newKey } from "./outbox.js";
import { element } from "./picker.js";

// Gestures that change no mention.
const APART = new Set(["event", "role", "stances", "field", "via", "cue", "flag", "comment", "dismiss", "recall"]);

export const mint = (letter) => letter + newKey().slice(0, 10);

/** An actor of the cast as its button on the page says it. */
const member = (chip) => ({
  key: chip.dataset.actor,
  name: chip.dataset.name,
  number: Number(chip.dataset.number),
  code: chip.dataset.code,
  here: !chip.classList.contains("absent"),
});

export class Actors {
  constructor(desk) {
    this.desk = desk;
    this.also = false; // + was pressed: the next actor is a second one for the same words
    this.last = null; // the last change of an actor, which L gives to the whole article
  }

  cast() {
    return [...this.desk.region.querySelectorAll(".cast [data-number]")].map(member);
  }

  numbered(number) {
    const found = this.cast().find((one) => one.number === number);
    if (!found) this.desk.say(`The cast has no actor ${number} yet.`);
    return found;
  }

  /** The cast as entries of a list, this sentence's first, or those likely in an open role; each by its number. */
  options(extra = {}) {
    const likely = this.desk.rows.likely();
    const rank = (one) => (likely.includes(one.key) ? likely.indexOf(one.key) : likely.length + Number(!one.here));
    const cast = this.cast().sort((a, b) => rank(a) - rank(b));
    return cast.map((one) => ({
      key: one.number <= 9 ? String(one.number) : one.number <= 19 ? `Shift+${one.number - 10}` : "",
      number: one.number,
      title: one.name,
      code: one.code,
      meta: one.number > 19 ? `${one.number} · ${one.code}` : one.code,
      value: one.key,
      ...extra,
    }));
  }

  /** Whether the number is not drawn yet, or what the selected words mention is about to change: it waits for that. */
  unsettled(number) {
    const { rows, selection } = this.desk;
    if (!this.cast().some((one) => one.number === number)) return true;
    const range = rows.open ? null : selection.range();
    return Boolean(range) && this.changing(range);
  }

  /** Whether a gesture that is not acknowledged yet may change what these words mention. */
  changing(range) {
    const { desk } = this;
    const touches = (gesture) => (gesture.do === "mention" ? gesture.start === range.start && gesture.end === range.end : !APART.has(gesture.do));
    return desk.unsaved().some(touches);
  }

  /** The selection, or the words that a list was opened for, mentions this actor; on a mention, it is this actor now, unless + was pressed. */
  link(actor, propose = null, range = this.desk.selection.range()) {
    const { desk } = this;
    if (!actor || !range) return;
    const held = desk.rows.all().filter((row) => row.dataset.kind === "mention" && Number(row.dataset.s) === range.start && Number(row.dataset.e) === range.end);
    if (!this.changing(range) && held.some((row) => row.dataset.actor === actor.key)) return desk.say(`“${range.text}” mentions ${actor.name} already.`);
    const also = this.also;
    this.also = false;
    const own = held.find((row) => row.dataset.tag === desk.rows.tag);
    const changed = also ? null : (own ?? (held.length === 1 ? held[0] : null));
    if (changed) this.last = { was: changed.dataset.actor, actor: actor.key, text: range.text, name: actor.name };
    const extra = propose ? { propose: [propose] } : {};
    desk.selection.made = false;
    const words = `“${range.text}” ${changed ? "is now" : "mentions"} ${actor.name}`;
    if (own && changed && held.length > 1) return desk.gesture({ do: "relink", tag: own.dataset.tag, actor: actor.key, ...extra }, words);
    return desk.gesture({ do: "mention", id: mint("m"), actor: actor.key, ...range, ...desk.suggestions.words(range), ...(also ? { also } : {}), ...extra }, words);
  }

  plus() {
    this.also = true;
    this.desk.say("A second actor for these words: press its number, or A.");
  }

  relinkEverywhere() {
    if (!this.last) return this.desk.say("No actor was changed yet. Change one mention, then L changes the others like it.");
    const { was, actor, text, name } = this.last;
    return this.desk.gesture({ do: "relink-everywhere", was, actor, text }, `“${text}” is ${name} in the whole article`);
  }

  /** The list: this sentence's actors, the cast, then the registry as one types. */
  open(use = null, title = null) {
    const { desk } = this;
    const role = desk.rows.open;
    const range = desk.selection.range();
    const words = role ? "" : (range?.text ?? "");
    const take = use ?? ((actor, propose) => (role ? desk.rows.toggle(actor, propose, role) : this.link(actor, propose, range)));
    desk.picker.open({
      title: title ?? (role ? `Who is the ${desk.rows.roleTitle(role.role)}?` : `Who is “${words}”?`),
      hint: "type a name, a code or a number · Enter takes",
      options: this.options({ key: "" }).map((one) => ({ ...one, meta: `${one.number} · ${one.code}` })),
      typing: true,
      words: use || role ? "" : words,
      again: use ? null : () => (role ? desk.picker.close() : this.open()),
      find: (query) => this.find(query),
      last: (typed) => ({ title: typed || words ? `New actor: ${typed || words}` : "New actor…", meta: "propose it", name: typed || words, isNew: true }),
      take: (option) => (option.isNew ? this.propose(option.name, take) : take({ key: option.value, name: option.title })),
    });
  }

  /** Who fits what was typed; null where the registry does not answer. */
  async find(query) {
    try {
      const answer = await fetch(`${this.desk.region.dataset.url}/actors?q=${encodeURIComponent(query)}`, { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(4000) });
      if (!answer.ok) return null;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      return [...page.querySelectorAll("[data-actor]")].map((row) => ({
        title: row.textContent,
        meta: [row.dataset.number, row.dataset.code].filter(Boolean).join(" · "),
        definition: row.dataset.also ? `Also: ${row.dataset.also}` : "",
        exact: "exact" in row.dataset,
        value: row.dataset.actor,
      }));
    } catch {
      return null;
    }
  }

  /** A new actor's particulars; Enter takes them as they are. */
  propose(name, use) {
    const field = (label, control) => element("label", {}, label, " ", control);
    const types = this.desk.codebook.actor_types.map((kind) => new Option(`${kind.id} · ${kind.title}`, kind.id));
    const type = element("select", { name: "type" }, new Option("not said", ""), ...types);
    const form = element(
      "form",
      { className: "new-actor" },
      field("Name", element("input", { name: "name", defaultValue: name, required: true, maxLength: 150, autocomplete: "off" })),
      field("Type (optional)", type),
      field("Country (optional)", element("input", { name: "country", maxLength: 40, size: 8, autocomplete: "off", autocapitalize: "characters" })),
      element("button", { className: "primary", textContent: "Propose" }),
    );
    this.desk.picker.ask({
      title: "New actor",
      hint: "Enter takes it · seen by you and the reviewers until it is approved",
      form,
      submit: (filled) => {
        const clean = (key) => filled.get(key).normalize("NFC").split(/\s+/u).filter(Boolean).join(" ");
        const propose = { name: clean("name"), type: clean("type"), country: clean("country").toUpperCase() };
        const key = [propose.name, propose.type, propose.country].map((part) => part.replaceAll("~", "-")).join("~");
        use({ key, name: propose.name }, propose);
      },
    });
  }
}
