// The size of all text, the distance of an article's lines, light or dark: chosen in the account's menu, kept by this
// browser. No module: it runs before the page is drawn, so that nothing jumps or flashes.
(() => {
  const CHOICES = { size: ["85", "100", "115", "130", "150"], lines: ["close", "usual", "wide"], scheme: ["system", "light", "dark"] };
  const USUAL = { size: "100", lines: "usual", scheme: "system" };
  const { dataset } = document.documentElement;
  const chosen = (name) => dataset[name] ?? USUAL[name];

  function set(name, value) {
    if (!CHOICES[name].includes(value) || value === USUAL[name]) delete dataset[name];
    else dataset[name] = value;
  }

  function kept() {
    for (const name of Object.keys(CHOICES)) {
      try {
        set(name, localStorage.getItem(`annotator-${name}`));
      } catch {
        return; // a browser that keeps nothing: the usual, or this page's choice
      }
    }
  }

  /** The sentence at hand stays where it is on the screen. */
  function choose(name, value) {
    const here = document.querySelector("#article [aria-current]");
    const top = () => here?.getBoundingClientRect().top ?? 0;
    const before = top();
    set(name, value);
    if (here) document.getElementById("article").scrollTop += top() - before;
    draw();
    try {
      localStorage.setItem(`annotator-${name}`, value);
    } catch {
      // it holds for this page
    }
  }

  function draw() {
    const said = { size: `${chosen("size")} %`, lines: chosen("lines") };
    for (const output of document.querySelectorAll("output[data-comfort]")) output.value = said[output.dataset.comfort];
    for (const select of document.querySelectorAll("select[data-comfort]")) select.value = chosen(select.dataset.comfort);
  }

  kept();
  addEventListener("DOMContentLoaded", draw);
  addEventListener("storage", () => (kept(), draw()));
  addEventListener("pageshow", (event) => event.persisted && (kept(), draw()));
  addEventListener("change", ({ target }) => target.matches("select[data-comfort]") && choose(target.dataset.comfort, target.value));
  addEventListener("click", ({ target }) => {
    const button = target.closest?.("button[data-comfort]");
    if (!button) return;
    const choices = CHOICES[button.dataset.comfort];
    const value = choices[choices.indexOf(chosen(button.dataset.comfort)) + Number(button.dataset.by)];
    if (value) choose(button.dataset.comfort, value);
  });
})();
