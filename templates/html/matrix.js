// The matrix: filters, orders, keys, and the evidence of a cell on hover and focus.
const tip = el("div", { id: "_tip", hidden: true });
tip.setAttribute("role", "tooltip");
$("#_text").append(tip);
const origins = ["declared", "granted", "observed", "coded", "written"].map((o) => words["origin_" + o]);
const answers = ["yes", "no", "unknown"].map((a) => words["answer_" + a]);
const stateOf = { p: "proven", d: "declared", x: "unexpected", m: "missing", a: "allowed", q: "unknown" };
let timer = 0, tipped = null;
const hideTip = () => {
  clearTimeout(timer);
  if (tipped) tipped.removeAttribute("aria-describedby");
  tip.hidden = true;
  tipped = null;
};
const showTip = (cell, nodes) => {
  hideTip();
  tip.replaceChildren(...nodes);
  tip.hidden = false;
  const at = cell.getBoundingClientRect(), box = tip.getBoundingClientRect();
  const left = Math.max(8, Math.min(at.left, innerWidth - box.width - 8));
  const below = at.bottom + 6 + box.height < innerHeight;
  tip.style.left = left + "px";
  tip.style.top = Math.max(8, below ? at.bottom + 6 : at.top - box.height - 6) + "px";
  cell.setAttribute("aria-describedby", "_tip");
  tipped = cell;
};
tip.addEventListener("pointerenter", () => clearTimeout(timer));
tip.addEventListener("pointerleave", hideTip);
addEventListener("scroll", (e) => tipped && e.target !== tip && !e.target.contains?.(document.activeElement) && hideTip(), { passive: true, capture: true });

for (const table of $$("table.crud")) {
  const id = table.dataset.id, data = given.matrices[id];
  if (!data) continue;
  const frame = table.closest(".frame"), heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
  const rows = $$("tbody tr:not(.groups)", table), n = heads.length - 1, bodies = [...table.tBodies];
  const groupRow = Object.fromEntries($$("tbody .groups", table).map((g) => [g.textContent, g]));
  const name = (cell) => $("span", cell).textContent, names = heads.slice(1).map(name), titles = rows.map((r) => name(r.cells[0]));
  const style = new CSSStyleSheet(), count = el("output", {}), box = el("div", { className: "tools" });
  const [down, across] = heads[0].textContent.split(" / ");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, style];
  states[id] = {};
  for (const cell of $$("td[title]", table)) cell.removeAttribute("title");
  frame.removeAttribute("tabindex");

  // What each cell holds, read once: letters and states as one string, `Cp Rd`.
  let marks = null;
  const read = () => (marks ??= rows.map((r) => [...r.cells].slice(1).map((c) => $$("b", c).map((b) => b.textContent + b.className[0]).join(" "))));
  const codes = [...new Set($$("[data-issues]", table).flatMap((x) => x.dataset.issues.split(" ")))].sort();
  const used = new Set($$(".legend b", table.closest(".matrix")).map((b) => b.className[0]));
  const groups = (list) => [...new Set(list)].filter(Boolean);
  const pick = (key, label, options) => options.length > 1 && box.append(field(id, key, label, choice(options)));
  const same = (list) => groups(list).map((g) => [g, g]);
  box.append(field(id, "r", down, el("input", { type: "search" })), field(id, "c", across, el("input", { type: "search" })));
  pick("g", `${down}: ${words.class}`, same(data.rows));
  pick("h", `${across}: ${words.class}`, same(data.columns));
  box.append(field(id, "o", words.operation, choice(["create", "read", "update", "delete"].map((w, k) => ["CRUD"[k], words[w]]))));
  const kinds = [["*", "xm", "differences"], ["q", "q", "unknown"], ["p", "p", "proven"]];
  const offered = kinds.filter(([, s]) => [...s].some((x) => used.has(x))).map(([v, , w]) => [v, words["state_" + w]]);
  if (offered.length) box.append(field(id, "s", words.state, choice(offered)));
  if (codes.length) box.append(field(id, "i", words.issue, choice([["*", words.any], ...codes.map((c) => [c, c])])));
  if (data.orders.length) {
    const order = choice(data.orders.map(([o], k) => [k + 1, o]));
    order.firstChild.textContent = words.order_as_drawn;
    box.append(field(id, "z", words.order, order));
  }
  pick("p", words.block, data.parts.map(([t], k) => [k + 1, t]));
  reset(id, box);
  box.append(count);

  let lines = rows.map((_, r) => r), columns = names.map((_, c) => c);
  // Fresh bodies of a dozen rows: the browser lays out those in sight and leaves the others.
  const draw = (shown, grouped) => {
    const fresh = [];
    let body = null, group = null;
    for (const k of shown) {
      const opens = grouped && data.rows[k] !== group && groupRow[data.rows[k]];
      if (!body || opens || body.rows.length >= 12) {
        body = bodies[0].cloneNode(false);
        fresh.push(body);
      }
      if (opens) body.append(opens);
      group = data.rows[k];
      body.append(rows[k]);
    }
    for (const b of fresh) b.style.setProperty("--r", b.rows.length);
    for (const b of [...table.tBodies]) b.remove();
    table.append(...fresh);
  };
  views[id] = () => {
    filter();
    frame.scrollTop = 0;
  };
  addEventListener("beforeprint", () => draw(rows.keys(), true));
  addEventListener("afterprint", () => views[id]());
  const filter = () => {
    const s = states[id], part = data.parts[s.p - 1], order = data.orders[s.z - 1];
    const [r, c] = [s.r, s.c].map((t) => (t || "").toLowerCase());
    const issue = (x) => (s.i === "*" ? x.dataset.issues : (x.dataset.issues || "").split(" ").includes(s.i));
    const wanted = { "*": /[xm]/, q: /q/, p: /p/ }[s.s];
    const inRows = part && new Set(part[1]), inColumns = part && new Set(part[2]);
    const rowOk = rows.map((_, k) => (!r || titles[k].toLowerCase().includes(r)) && (!s.g || data.rows[k] === s.g) && (!part || inRows.has(k)));
    const columnOk = names.map((t, k) => (!c || t.toLowerCase().includes(c)) && (!s.h || data.columns[k] === s.h) && (!part || inColumns.has(k)));
    if (wanted || s.o || s.i || c || s.h) {
      const all = read(), hit = names.map(() => false), bad = s.i && heads.slice(1).map(issue);
      const fits = (m) => m && (!s.o && !wanted ? true : m.split(" ").some((x) => (!s.o || x[0] === s.o) && (!wanted || wanted.test(x[1]))));
      rows.forEach((row, k) => {
        if (!rowOk[k]) return;
        let some = false;
        for (let j = 0; j < n; j++) {
          if (!columnOk[j] || !fits(all[k][j]) || (s.i && !issue(row) && !bad[j])) continue;
          some = hit[j] = true;
        }
        rowOk[k] = some || !!(s.i && !s.o && !wanted && issue(row));
      });
      if (wanted) hit.forEach((h, j) => (columnOk[j] &&= h));
    }
    const grouped = !(order || s.c || s.h || s.s || s.p);
    lines = (order ? order[1] : rows.map((_, k) => k)).filter((k) => rowOk[k]);
    columns = (order ? order[2] : names.map((_, k) => k)).filter((k) => columnOk[k]);
    draw(lines, grouped);
    for (const g of $$("thead .groups", table)) g.hidden = !grouped;
    const at = `table[data-id="${CSS.escape(id)}"] tr>`;
    // Widths by rule, not by the custom property: every cell would inherit its change.
    const wide = `{width:calc(var(--side) + ${columns.length} * var(--cw))}`;
    style.replaceSync(
      (columns.length < n ? `@media screen and (min-width:40.01rem){${at.slice(0, -4)}${wide}${["thead", "tbody", "tr"].map((t) => at.slice(0, -3) + t + wide).join("")}}` : "") +
      "@media screen{" + (columns.length < n ? names.map((_, k) => (columnOk[k] ? "" : `${at}:nth-child(${k + 2}){display:none!important}`)).join("") : "") +
      (order ? columns.map((k, j) => `${at}:nth-child(${k + 2}){order:${j + 1}}`).join("") : "") + "}"
    );
    for (const [key, value] of [["op", s.o], ["state", s.s]]) value ? (table.dataset[key] = value) : delete table.dataset[key];
    count.textContent = `${lines.length} × ${columns.length} ${words.of} ${rows.length} × ${n} ${words.shown}`;
    show(box, id);
    rove(here && !rowOk[here[0]] ? null : here);
  };

  // Evidence in words.
  const mark = (letter, code) => el("b", { className: `${code} ${/[CRUD]/.test(letter) ? letter : "q"}` }, letter);
  const told = (r, c, all) => {
    const cell = rows[r].cells[c + 1], lines = data.proofs[r * n + c] || [];
    const nodes = [el("p", { className: "tip-h" }, el("strong", {}, titles[r]), " × ", el("strong", {}, names[c]))];
    const by = {};
    for (const b of $$("b", cell)) (by[b.className[0]] ??= []).push(b.textContent);
    const found = Object.entries(by).map(([k, l]) => el("p", {}, ...l.map((x) => mark(x, k)), " ", words["letter_" + stateOf[k]]));
    nodes.push(...(found.length ? found : [el("p", {}, words.letter_none)]));
    const shown = lines.slice(0, all ? 1e3 : 7), list = shown.map(([letters, o, a, t]) =>
      el("li", {}, ...(o < 0 ? [] : [el("em", {}, origins[o]), " ", letters, ` ${answers[a]}`, data.texts[t] ? ": " : ""]), data.texts[t] || "")
    );
    if (!list.length && !found.length && !data.open[c]) list.push(el("li", {}, el("em", {}, origins[0]), " ", answers[1]));
    nodes.push(list.length ? el("ul", {}, ...list) : el("p", { className: "note" }, words.evidence_none));
    if (lines.length > shown.length) nodes.push(el("p", { className: "note" }, `+ ${lines.length - shown.length}`));
    return nodes;
  };
  const headTold = (cell, title) => {
    const words_ = $(".sm", cell)?.getAttribute("aria-label");
    return words_ ? [el("p", { className: "tip-h" }, el("strong", {}, title)), el("p", {}, words_)] : null;
  };
  const place = (cell) => {
    const row = cell.parentNode, r = rows.indexOf(row);
    return r < 0 ? (row.parentNode === table.tHead && heads.includes(cell) ? [-1, cell.cellIndex - 1] : null) : [r, cell.cellIndex - 1];
  };
  const cellAt = ([r, c]) => (r < 0 ? heads[c + 1] : rows[r].cells[c + 1]);
  const tell = (cell) => {
    const p = place(cell);
    if (!p) return hideTip();
    const [r, c] = p;
    const nodes = r >= 0 && c >= 0 ? told(r, c) : headTold(cell, r < 0 ? names[c] : titles[r]);
    nodes ? showTip(cell, nodes) : hideTip();
  };
  const open = (cell) => {
    const p = place(cell);
    if (!p || p[0] < 0 || p[1] < 0) return;
    const [r, c] = p, lines = data.proofs[r * n + c] || [];
    const numbers = [...new Set(lines.flatMap((l) => l.slice(4)))].sort((a, b) => a - b);
    hideTip();
    openSheet(`${titles[r]} × ${names[c]}`, [el("div", { className: "told" }, ...told(r, c, true).slice(1)), ...entries(numbers.map((k) => "#ev-" + k))]);
  };

  // One cell of the table is a stop of the Tab key; arrows move it.
  let here = null, stop = null;
  const rove = (to) => {
    stop?.removeAttribute("tabindex");
    here = to || (lines.length && columns.length ? [lines[0], columns[0]] : null);
    stop = here && cellAt(here);
    if (stop) stop.tabIndex = 0;
  };
  const move = (to) => {
    rove(to);
    stop.focus({ preventScroll: true });
    stop.scrollIntoView({ block: "nearest", inline: "nearest" });
    tell(stop);
  };
  table.setAttribute("role", "grid");
  table.setAttribute("aria-description", words.matrix_keys);
  for (const r of table.rows) r.setAttribute("role", "row");
  for (const part of [table.tHead, ...bodies]) part.setAttribute("role", "rowgroup");
  heads.forEach((h) => h.setAttribute("role", "columnheader"));
  rows.forEach((r) => r.cells[0].setAttribute("role", "rowheader"));
  table.addEventListener("keydown", (e) => {
    if (!here || !table.contains(document.activeElement)) return;
    const ys = [-1, ...lines], xs = [-1, ...columns], last = (l) => l[l.length - 1];
    let y = Math.max(ys.indexOf(here[0]), 0), x = Math.max(xs.indexOf(here[1]), 0);
    const key = (e.ctrlKey || e.metaKey ? "Ctrl" : "") + e.key;
    if (key === "ArrowDown") y++;
    else if (key === "ArrowUp") y--;
    else if (key === "ArrowRight") x++;
    else if (key === "ArrowLeft") x--;
    else if (key === "PageDown") y += 10;
    else if (key === "PageUp") y -= 10;
    else if (key === "Home") x = 0;
    else if (key === "End") x = xs.length - 1;
    else if (key === "CtrlHome") [y, x] = [1, 1];
    else if (key === "CtrlEnd") return e.preventDefault(), move([last(ys), last(xs)]);
    else if (key === "Enter" || key === " ") return e.preventDefault(), open(stop);
    else if (key === "Escape") return hideTip();
    else return;
    e.preventDefault();
    y = Math.min(Math.max(y, 0), ys.length - 1);
    x = Math.min(Math.max(x, 0), xs.length - 1);
    move([ys[y], xs[x]]);
  });
  table.addEventListener("focusin", (e) => e.target === stop && stop.matches(":focus-visible") && tell(stop));
  table.addEventListener("focusout", hideTip);
  table.addEventListener("pointerover", (e) => {
    const cell = e.target.closest("td,th");
    if (!cell || cell === tipped || e.pointerType !== "mouse") return;
    clearTimeout(timer);
    timer = setTimeout(() => tell(cell), 90);
  });
  table.addEventListener("pointerleave", () => {
    clearTimeout(timer);
    timer = setTimeout(hideTip, 200);
  });
  table.addEventListener("click", (e) => {
    const cell = e.target.closest("td");
    if (!cell || !place(cell) || !cell.firstChild) return;
    rove(place(cell));
    open(cell);
  });
  frame.before(box);
  frame.style.setProperty("--head", table.tHead.offsetHeight + "px");
  count.textContent = `${rows.length} × ${n} ${words.of} ${rows.length} × ${n} ${words.shown}`;
  rove(null);
}
