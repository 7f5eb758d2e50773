// What is suggested: taken, dismissed, or left alone. Taken ones are tags; the other two are kept as well.

import { mint } from "./actors.js";

const place = ({ dataset }) => ({ start: Number(dataset.s), end: Number(dataset.e), text: dataset.text });
const said = (offer) => offer.dataset.said;

/** What a suggestion becomes when it is taken, by its layer. */
const tag = {
  actors: (offer) => ({ id: mint("m"), ...place(offer), actor: offer.dataset.actor, origin: offer.dataset.origin }),
  events: (offer) => ({ do: "event", id: mint("e"), type: offer.dataset.label, ...place(offer), origin: offer.dataset.origin }),
  stances: ({ dataset }) => ({ do: "stances", holder: dataset.actor, label: dataset.label, towards: [{ id: mint("s"), target: { actor: dataset.target } }], origin: dataset.origin }),
};

export class Suggestions {
  constructor(desk) {
    this.desk = desk;
  }

  all() {
    return [...this.desk.region.querySelectorAll(".offer")];
  }

  /** The suggestion that the selection touches. */
  atCursor() {
    const range = this.desk.selection.range();
    const found = range && this.all().find((offer) => Number(offer.dataset.s) < range.end && range.start < Number(offer.dataset.e));
    if (!found) this.desk.say(this.all().length ? "No suggestion at the cursor. ↓ goes to the next one." : "Nothing is suggested here.");
    return found;
  }

  take(offer = this.atCursor()) {
    if (!offer) return;
    const { layer, actor, label, origin } = offer.dataset;
    if (layer === "events") return this.desk.rows.add({ value: label, title: label }, { ...place(offer), origin });
    if (layer === "stances") return this.desk.gesture(tag.stances(offer), said(offer));
    if (actor) return this.desk.gesture({ do: "mention", ...tag.actors(offer) }, said(offer));
    this.desk.selection.unstretched(Number(offer.dataset.s), Number(offer.dataset.e));
    return this.desk.actors.open();
  }

  /** Where exactly these words are suggested, and not whom they mean, whoever is tagged there was suggested so. */
  words({ start, end }) {
    const found = this.all().find((one) => one.dataset.layer === "actors" && !one.dataset.actor && Number(one.dataset.s) === start && Number(one.dataset.e) === end);
    return found ? { origin: found.dataset.origin } : {};
  }

  dismiss(offer = this.atCursor()) {
    return offer && this.answer("dismiss", offer, `dismissed: ${said(offer)}`);
  }

  /** The last one that was dismissed here is offered again. */
  recall() {
    const offer = this.desk.region.querySelector("[data-act=recall]");
    if (!offer) return this.desk.say("Nothing that is suggested here was dismissed.");
    return this.answer("recall", offer, `suggested again: ${said(offer)}`);
  }

  answer(what, offer, words) {
    const { layer, actor, label, target } = offer.dataset;
    const { start, end } = place(offer);
    return this.desk.gesture({ do: what, start, end, actor, layer, label, target }, words, "dismissals");
  }

  /** All that is sure, as one gesture; the first event among it opens at its first role. */
  takeSure() {
    const sure = this.all().filter((offer) => "sure" in offer.dataset);
    if (!sure.length) return this.desk.say("No suggestion here is sure. Y takes the one at the cursor.");
    const of = (layer) => sure.filter((offer) => offer.dataset.layer === layer).map(tag[layer]);
    const [mentions, events, stances] = ["actors", "events", "stances"].map(of);
    if (events.length) this.desk.rows.awaitRoles(events[0].id);
    return this.desk.gesture({ do: "take-sure", mentions, events, stances }, sure.map(said).join(", "));
  }
}
