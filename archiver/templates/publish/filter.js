"use strict";
// The list filtered by headline, agency and day, from entries.js; by words with Pagefind where a web server gives it.
(() => {
  const at = (id) => document.getElementById(id);
  const [filter, search, results, all, found, pages, how] =
    ["filter", "search", "results", "all", "found", "pages", "how"].map(at);
  const MOST = 200;

  const card = (href, title, about) => {
    const item = document.createElement("li");
    const heading = document.createElement("h2");
    const link = document.createElement("a");
    const words = document.createElement("p");
    heading.dir = "auto";
    link.href = href;
    link.textContent = title;
    words.textContent = about;
    heading.append(link);
    item.append(heading, words);
    return item;
  };

  const show = (cards, count, asked) => {
    results.replaceChildren(...cards);
    all.hidden = asked;
    if (pages) pages.hidden = asked;
    found.textContent = !asked ? "" : count > cards.length ? `${count} found, the first ${cards.length} are shown` : `${count} found`;
  };

  const ready = () => {
    const rows = window.archiverEntries;
    const names = new Set(rows.flatMap((row) => (row[4] ? row[4].split(", ") : [])));
    for (const name of [...names].sort((a, b) => a.localeCompare(b))) at("agency").add(new Option(name, name));
    const run = () => {
      const words = at("words").value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
      const [agency, from, to] = [at("agency").value, at("from").value, at("to").value];
      const fits = ([, title, outlet, day, agencies]) =>
        words.every((word) => `${title} ${outlet}`.toLocaleLowerCase().includes(word)) &&
        (!agency || agencies.split(", ").includes(agency)) && (!from || day >= from) && (!to || (day && day.slice(0, 10) <= to));
      const asked = Boolean(words.length || agency || from || to);
      const those = asked ? rows.filter(fits) : [];
      const cards = those.slice(0, MOST).map(([stem, title, ...about]) =>
        card(`bags/${stem}.html`, title, about.filter(Boolean).join(" · ")));
      show(cards, those.length, asked);
    };
    filter.addEventListener("input", run);
    filter.addEventListener("submit", (event) => { event.preventDefault(); run(); });
    filter.hidden = false;
  };

  const script = document.createElement("script");
  script.src = "entries.js";
  script.addEventListener("load", ready);
  document.head.append(script);

  if (!location.protocol.startsWith("http")) return;
  import("./pagefind/pagefind.js").then(async (engine) => {
    await engine.options({ excerptLength: 24 });
    await engine.init();
    search.hidden = false;
    how.hidden = true;
    let last = 0;
    const run = async () => {
      const turn = ++last;
      const words = at("query").value.trim();
      const answer = words ? await engine.search(words) : { results: [] };
      const data = await Promise.all(answer.results.slice(0, 20).map((each) => each.data()));
      if (turn !== last) return;
      const plain = (markup) => new DOMParser().parseFromString(markup, "text/html").body.textContent;
      const cards = data.map((each) => card(`bags/${each.url.split("/").pop()}`, each.meta.title, plain(each.excerpt)));
      show(cards, answer.results.length, Boolean(words));
    };
    search.addEventListener("input", run);
    search.addEventListener("submit", (event) => { event.preventDefault(); run(); });
  }).catch(() => {});
})();
