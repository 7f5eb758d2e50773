// A stance, composed in three steps: the holder, its targets, the label.

import { mint } from "./actors.js";
import { numberOf } from "./picker.js";

export class Stances {
  constructor(desk) {
    this.desk = desk;
  }

  /** A selection that was made on purpose before S is the cue, unless the target turns out to be a span. */
  compose() {
    this.cue = this.desk.selection.made ? this.desk.selection.range() : null;
    this.targets = [];
    this.proposed = [];
    this.askHolder();
  }

  askHolder() {
    const take = (option) => {
      if (!option.isList) return this.hold({ key: option.value, name: option.title });
      this.desk.actors.open((actor, propose) => this.hold(actor, propose), "Who holds the stance?");
    };
    const options = [
      ...this.desk.actors.options(),
      { key: "0", title: "The author", value: "author" },
      { key: "x", title: "Unattributed", value: "unattributed" },
      { key: "a", title: "Another actor…", isList: true },
    ];
    this.ask("Whose stance?", "a number · 0 the author · X unattributed · A the list", options, take, () => this.compose());
  }

  ask(title, hint, options, take, again) {
    this.desk.picker.open({ title, hint, search: false, options, take, again, keys: (event) => this.beyondNine(event, options) });
  }

  /** Shift and a digit in an open list: actors 10 to 19. */
  beyondNine(event, options) {
    const number = numberOf(event);
    if (number === null || number < 10) return false;
    this.desk.picker.take(options.find((one) => one.number === number));
    return true;
  }

  hold(actor, propose = null) {
    this.holder = actor;
    if (propose) this.proposed.push(propose);
    this.askTarget();
  }

  askTarget() {
    const { codebook, actors } = this.desk;
    this.range = this.desk.selection.range();
    const held = (value) => this.targets.some((one) => one.target.actor === value);
    const people = actors.options({ group: "towards", stays: true }).filter((one) => one.value !== this.holder.key);
    const options = [
      ...(this.targets.length ? codebook.stance_labels.map((label) => ({ ...entry(label), isLabel: true, group: "label" })) : []),
      ...people.map((one) => ({ ...one, on: held(one.value) })),
      ...codebook.stance_target_kinds.map((kind) => ({ ...entry(kind), meta: `“${this.range?.text ?? ""}”`, isKind: true, stays: true, group: "the selection is a" })),
      ...(codebook.topics.length ? [{ key: "t", title: "A topic…", isTopic: true }] : []),
      { key: "a", title: "Another actor…", isList: true },
    ];
    const names = this.targets.map((one) => one.words).join(", ");
    const hint = names ? "the label’s key · or one more target" : "an actor’s number · what the selected words are · T a topic";
    this.ask(`${this.holder.name} towards ${names || "…"}`, hint, options, (option) => this.took(option), () => this.askTarget());
  }

  took(option) {
    if (option.isLabel) return this.add(option);
    if (option.isTopic) return this.pickTopic();
    if (option.isList) return this.desk.actors.open((actor, propose) => this.towards({ actor: actor.key }, actor.name, propose), "Towards whom?");
    if (option.isKind) return this.range && this.towards({ kind: option.value, ...this.range }, `“${this.range.text}”`);
    this.towards({ actor: option.value }, option.title);
  }

  /** One target more; one that is there already is taken out. */
  towards(target, words, propose = null) {
    const same = (one) => JSON.stringify(one.target) === JSON.stringify(target);
    const at = this.targets.findIndex(same);
    if (at >= 0) this.targets.splice(at, 1);
    else this.targets.push({ id: mint("s"), target, words });
    if (propose) this.proposed.push(propose);
    if (target.kind) this.cue = null;
    this.askTarget();
  }

  pickTopic() {
    this.desk.picker.open({
      title: "Which topic?",
      hint: "its key, or Space to search",
      options: this.desk.codebook.topics.map(entry),
      take: (option) => this.towards({ topic: option.value }, option.title),
    });
  }

  add(label) {
    const { desk, holder, targets, cue } = this;
    const named = [holder.name, ...targets.map((one) => one.words)];
    const propose = this.proposed.filter((one) => named.includes(one.name));
    desk.rows.tag = targets[0].id;
    desk.selection.made = false;
    const towards = targets.map(({ id, target }) => ({ id, target }));
    const words = `${holder.name}: ${label.title} towards ${targets.map((one) => one.words).join(", ")}`;
    return desk.gesture({ do: "stances", holder: holder.key, label: label.value, towards, ...(cue ? { cue } : {}), ...(propose.length ? { propose } : {}) }, words);
  }
}

/** A codebook entry as an entry of the list; an id in capitals is what the field calls it. */
export const entry = (one) => {
  const named = /^\p{Ll}/u.test(one.id) || one.id.toLowerCase() === one.title.toLowerCase();
  return {
    key: one.key,
    title: /^\p{Lu}+$/u.test(one.id) && named ? one.id : named ? one.title : `${one.id} · ${one.title}`,
    meta: one.path ?? "",
    group: one.group,
    definition: one.definition,
    examples: one.examples,
    value: one.id,
    current: one.current,
  };
};
