"use strict";
(() => {
  const $ = (s, n = document) => n.querySelector(s);
  const $$ = (s, n = document) => [...n.querySelectorAll(s)];
  const given = JSON.parse($("#_words").textContent), words = given.words;
  const el = (name, props = {}, ...kids) => {
    const n = Object.assign(document.createElement(name), props);
    n.append(...kids);
    return n;
  };
  const collator = new Intl.Collator(undefined, { numeric: true });
  const states = {};
  const views = {};

  const save = (id) => {
    const q = new URLSearchParams(Object.entries(states[id]).filter(([, v]) => v)).toString();
    history.replaceState(null, "", "#" + id + (q ? "?" + q : ""));
  };
  const load = () => {
    const [id, q] = location.hash.slice(1).split("?");
    if (!q || !views[id]) return;
    states[id] = Object.fromEntries(new URLSearchParams(q));
    views[id]();
    const figure = document.getElementById(id);
    figure?.scrollIntoView();
    $(".frame", figure || undefined)?.focus({ preventScroll: true });
  };
  // A link to rows shows them and no others; without this script it leads to the first of them.
  document.addEventListener("click", (e) => {
    const go = e.target.closest("a[data-go]");
    if (!go || e.ctrlKey || e.metaKey || e.shiftKey) return;
    sheet.close();
    e.preventDefault();
    // A view that ends so is of what the link itself says.
    const said = go.dataset.go.endsWith("=") ? encodeURIComponent(go.textContent) : "";
    const view = go.dataset.go + said;
    location.hash === "#" + view ? load() : (location.hash = view);
  });
  const field = (id, key, label, control) => {
    control.addEventListener(control.type === "search" ? "input" : "change", () => {
      states[id][key] = control.value;
      views[id]();
      save(id);
    });
    control.dataset.key = key;
    return el("label", {}, label, control);
  };
  const choice = (options) =>
    el("select", {}, el("option", { value: "" }, words.all), ...options.map(([v, t]) => el("option", { value: v }, t)));
  const show = (box, id) => {
    for (const c of $$("[data-key]", box)) c.value = states[id][c.dataset.key] || "";
  };
  const reset = (id, box) => {
    const button = el("button", { type: "button" }, words.reset);
    button.addEventListener("click", () => {
      states[id] = {};
      views[id]();
      save(id);
    });
    box.append(button);
  };

  for (const table of $$("table[data-filters]")) {
    const id = table.dataset.id, heads = $$("thead th", table), body = table.tBodies[0];
    const rows = [...body.rows], box = el("div", { className: "tools" });
    const count = el("output", {});
    const value = (row, n) => row.cells[n].textContent.trim();
    states[id] = {};
    box.append(field(id, "q", words.find, el("input", { type: "search" })));
    heads.forEach((head, n) => {
      const name = head.textContent.trim();
      if (head.hasAttribute("data-filter")) {
        const seen = new Map(rows.map((r) => [value(r, n), r.cells[n].dataset.v]));
        const order = [...seen].sort((a, b) => (a[1] && b[1] ? b[1] - a[1] : collator.compare(a[0], b[0])));
        box.append(field(id, "c" + n, name, choice(order.map(([v]) => [v, v]))));
      }
      const button = el("button", { type: "button", className: "sort" }, ...head.childNodes);
      button.addEventListener("click", () => {
        states[id].s = states[id].s === n + "u" ? n + "d" : n + "u";
        views[id]();
        save(id);
      });
      head.append(button);
    });
    reset(id, box);
    box.append(count);
    views[id] = () => {
      const state = states[id], q = (state.q || "").toLowerCase();
      let shown = 0;
      for (const row of rows) {
        row.hidden =
          (q && !row.textContent.toLowerCase().includes(q)) ||
          heads.some((_, n) => state["c" + n] && value(row, n) !== state["c" + n]);
        shown += !row.hidden;
      }
      const n = parseInt(state.s), sign = (state.s || "").endsWith("d") ? -1 : 1;
      heads.forEach((h, k) => (k === n ? h.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending") : h.removeAttribute("aria-sort")));
      const key = (row) => row.cells[n].dataset.v ?? value(row, n);
      const kind = n >= 0 && heads[n].dataset.kind;
      const compare = (a, b) => {
        const [x, y] = [key(a), key(b)], [na, nb] = [a, b].map((r) => r.cells[n].classList.contains("na"));
        if (na || nb) return na - nb;
        return sign * (x !== "" && y !== "" && !isNaN(x) && !isNaN(y) ? x - y : collator.compare(x, y));
      };
      body.append(...(n >= 0 && kind ? [...rows].sort(compare) : rows));
      count.textContent = `${shown} ${words.of} ${rows.length} ${words.shown}`;
      show(box, id);
    };
    table.closest(".frame").before(box);
    views[id]();
  }

  const sheet = $("#_sheet"), inside = $("#_sheet-b"), sheetTitle = $("#_sheet-t");
  const entries = (anchors) =>
    anchors.map((anchor) => {
      const entry = $(anchor), copy = el("div", {}, ...[...entry.childNodes].map((n) => n.cloneNode(true)));
      const go = el("a", { href: anchor }, words.evidence_open);
      go.addEventListener("click", () => sheet.close());
      copy.append(go);
      return copy;
    });
  const openSheet = (title, nodes) => {
    sheetTitle.textContent = title;
    inside.replaceChildren(...nodes);
    sheet.showModal();
  };
  document.addEventListener("click", (event) => {
    const mark = event.target.closest(".ev");
    if (!mark || !sheet.showModal || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const marks = mark.closest(".evs") ? $$(".ev", mark.closest(".evs")) : [mark];
    openSheet(words.evidence_of, entries(marks.map((m) => m.getAttribute("href"))));
  });
  $("#_sheet-x").addEventListener("click", () => sheet.close());
  sheet.addEventListener("click", (e) => e.target === sheet && sheet.close());

  /* parts */

  const search = $("#_search"), hits = $("#_hits"), box = $("#_q");
  search.hidden = false;
  const close = () => (hits.hidden = true);
  box.addEventListener("input", () => {
    const q = box.value.trim().toLowerCase();
    if (q.length < 2) return close();
    const found = $$("main :is(h2,h3,h4,h5,p,li,dd,dt,tr,figcaption)").filter((n) => !n.querySelector("p,li,tr") && n.textContent.toLowerCase().includes(q));
    hits.replaceChildren(
      ...found.slice(0, 20).map((n) => {
        const text = [...(n.cells || [n])].map((c) => c.textContent.trim()).join(" · ").replace(/\s+/g, " "), at = text.toLowerCase().indexOf(q);
        const link = el("a", { href: "#" }, text.slice(Math.max(0, at - 40), at + 80), el("small", {}, n.closest("section")?.firstElementChild.textContent || ""));
        link.addEventListener("click", (e) => {
          e.preventDefault();
          close();
          n.closest("details")?.setAttribute("open", "");
          n.tabIndex = -1;
          n.focus({ preventScroll: true });
          n.scrollIntoView({ block: "center" });
        });
        return el("li", {}, link);
      }),
      ...(found.length ? [] : [el("li", {}, el("p", {}, words.search_none))])
    );
    hits.hidden = false;
  });
  search.addEventListener("submit", (e) => {
    e.preventDefault();
    $("a", hits)?.click();
  });
  search.addEventListener("keydown", (e) => e.key === "Escape" && close());
  document.addEventListener("click", (e) => search.contains(e.target) || close());

  const links = new Map($$(".rail a").map((a) => [a.hash.slice(1), a]));
  const parts = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  const follow = () => {
    const here = parts.filter((p) => p.getBoundingClientRect().top < innerHeight / 3).pop();
    links.forEach((a, id) => (here && id === here.id ? a.setAttribute("aria-current", "true") : a.removeAttribute("aria-current")));
  };
  let waiting = false;
  addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => ((waiting = false), follow()));
  }, { passive: true });
  follow();
  if (matchMedia("(max-width: 64rem)").matches) $(".rail details").open = false;

  addEventListener("hashchange", load);
  load();
})();
