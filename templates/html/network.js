// Networks: zoom, move, follow. The drawing is there without it.
for (const group of $$("g.web")) {
  const svg = group.closest("svg"), figure = svg.closest("figure"), sheet = svg.parentNode;
  const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  const nodes = $$(".node", group).map((g) => ({ g, x: +g.dataset.x, y: +g.dataset.y, w: +g.dataset.w, h: +g.dataset.h, name: g.dataset.name, detail: g.dataset.detail || "", dx: 0, dy: 0, edges: [] }));
  const edges = $$(".edge", group).map((g) => ({ g, a: nodes[g.dataset.a], b: nodes[g.dataset.b], aside: +(g.dataset.aside || 0), label: g.dataset.label || "", items: (g.dataset.items || "").split("|").filter(Boolean) }));
  for (const e of edges) e.a.edges.push(e), e.b.edges.push(e);
  const view = { x: 0, y: 0, w: width, h: height }, told = el("p", { className: "web-told" });
  told.setAttribute("role", "status");
  sheet.className = "web-sheet";
  for (const name of ["tabindex", "role", "aria-label"]) sheet.removeAttribute(name); // its boxes are stops themselves
  svg.setAttribute("role", "group");
  svg.setAttribute("aria-description", words.web_keys);

  const frame = () => svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${view.h}`);
  const zoom = (by, cx = view.x + view.w / 2, cy = view.y + view.h / 2) => {
    const w = Math.min(Math.max(view.w * by, width / 8), width * 1.5), k = w / view.w;
    Object.assign(view, { x: cx - (cx - view.x) * k, y: cy - (cy - view.y) * k, w, h: view.h * k });
    frame();
  };
  const at = (e) => {
    const box = svg.getBoundingClientRect();
    return [view.x + ((e.clientX - box.left) / box.width) * view.w, view.y + ((e.clientY - box.top) / box.height) * view.h];
  };

  // Lines end at the edge of the box that they lead to.
  const line = (e) => {
    const [p, q] = [e.a, e.b].map((n) => [n.x + n.dx, n.y + n.dy]);
    const far = Math.hypot(q[0] - p[0], q[1] - p[1]) || 1, ux = (q[0] - p[0]) / far, uy = (q[1] - p[1]) / far;
    const out = (n) => Math.min(n.w / 2 / Math.abs(ux), n.h / 2 / Math.abs(uy)) + 1;
    const [s, t, o] = [out(e.a), out(e.b), e.aside];
    const x1 = p[0] + ux * s - uy * o, y1 = p[1] + uy * s + ux * o, x2 = q[0] - ux * t - uy * o, y2 = q[1] - uy * t + ux * o;
    const [stroke, head, cross] = $$("path", e.g), bx = x2 - ux * 7, by = y2 - uy * 7;
    stroke.setAttribute("d", `M${x1} ${y1}L${x2} ${y2}`);
    cross?.parentNode.setAttribute("transform", `translate(${(x1 + x2) / 2} ${(y1 + y2) / 2})`);
    head?.setAttribute("d", `M${x2} ${y2}L${bx - uy * 3.4} ${by + ux * 3.4}L${bx + uy * 3.4} ${by - ux * 3.4}z`);
  };
  const put = (n) => {
    n.g.setAttribute("transform", `translate(${n.dx} ${n.dy})`);
    n.edges.forEach(line);
  };

  let only = "", stop = nodes[0];
  const light = (shown, lines) => {
    for (const g of $$(".on", group)) g.classList.remove("on");
    group.classList.toggle("dim", !!shown);
    for (const x of [...(shown || []), ...(lines || [])]) x.g.classList.add("on");
  };
  const rest = () => {
    const lines = edges.filter((e) => e.items.includes(only));
    only ? light(new Set(lines.flatMap((e) => [e.a, e.b])), lines) : light(null);
    told.textContent = only ? `${only}: ${lines.map((e) => `${e.a.name} – ${e.b.name} ${e.items.length > 1 ? "" : e.label}`.trim()).join("; ")}` : "";
  };
  const follow = (n) => {
    const lines = only ? n.edges.filter((e) => e.items.includes(only)) : n.edges;
    light(new Set([n, ...lines.flatMap((e) => [e.a, e.b])]), lines);
    const said = lines.map((e) => `${e.a === n ? (e.g.querySelectorAll("path")[1] ? "→ " : "") + e.b.name : (e.g.querySelectorAll("path")[1] ? "← " : "") + e.a.name}${e.label ? ` (${e.label})` : ""}`);
    told.replaceChildren(el("strong", {}, n.name), ": ", said.join(", ") || words.web_alone, n.detail ? `; ${n.detail}` : "");
  };
  const focus = (n) => {
    stop.g.tabIndex = -1;
    (stop = n).g.tabIndex = 0;
    n.g.focus({ preventScroll: true });
  };
  for (const n of nodes) {
    n.g.tabIndex = -1;
    n.g.setAttribute("role", "img");
    n.g.setAttribute("aria-label", `${n.name}: ${n.edges.map((e) => (e.a === n ? e.b.name : e.a.name) + (e.label ? ` ${e.label}` : "")).join(", ") || words.web_alone}`);
  }
  if (stop) stop.g.tabIndex = 0;
  const of = (e) => nodes.find((n) => n.g === e.target.closest(".node"));
  group.addEventListener("pointerover", (e) => (of(e) ? follow(of(e)) : 0));
  group.addEventListener("pointerout", rest);
  // Not on the group: one that listens to focus takes it.
  sheet.addEventListener("focusin", (e) => of(e) && follow(of(e)));
  sheet.addEventListener("focusout", rest);
  sheet.addEventListener("keydown", (e) => {
    const ways = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }, way = ways[e.key];
    if (way) {
      // The nearest in that direction; what lies aside counts double.
      const score = (n) => {
        const dx = n.x + n.dx - stop.x - stop.dx, dy = n.y + n.dy - stop.y - stop.dy;
        const along = dx * way[0] + dy * way[1], across = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
        return along > 1 ? along + 2 * across : Infinity;
      };
      const best = nodes.reduce((b, n) => (n !== stop && score(n) < score(b) ? n : b), stop);
      if (best !== stop && score(best) < Infinity) focus(best);
    } else if (e.key === "+" || e.key === "=") zoom(0.8);
    else if (e.key === "-") zoom(1.25);
    else if (e.key === "Escape") clear();
    else return;
    e.preventDefault();
  });
  let held = null;
  svg.addEventListener("pointerdown", (e) => {
    if (e.button || e.pointerType === "touch") return;
    held = { n: of(e), from: at(e) };
    svg.setPointerCapture(e.pointerId);
    e.preventDefault();
    if (held.n) focus(held.n);
  });
  svg.addEventListener("pointermove", (e) => {
    if (!held) return;
    const [x, y] = at(e), [dx, dy] = [x - held.from[0], y - held.from[1]];
    if (held.n) {
      held.n.dx += dx;
      held.n.dy += dy;
      held.from = [x, y];
      put(held.n);
    } else {
      view.x -= dx;
      view.y -= dy;
      frame();
    }
  });
  for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, () => (held = null));
  svg.addEventListener("wheel", (e) => {
    if (!e.ctrlKey && !e.metaKey) return; // the wheel alone scrolls the page
    e.preventDefault();
    zoom(e.deltaY > 0 ? 1.15 : 0.87, ...at(e));
  }, { passive: false });

  const box = el("div", { className: "tools" }), items = [...new Set(edges.flatMap((e) => e.items))].sort(collator.compare);
  const chooser = choice(items.map((i) => [i, i]));
  const clear = () => {
    chooser.value = only = "";
    Object.assign(view, { x: 0, y: 0, w: width, h: height });
    for (const n of nodes) (n.dx = n.dy = 0), put(n);
    frame();
    rest();
  };
  chooser.addEventListener("change", () => {
    only = chooser.value;
    rest();
  });
  if (items.length > 1) box.append(el("label", {}, words.web_of, chooser));
  for (const [word, act] of [["zoom_in", () => zoom(0.8)], ["zoom_out", () => zoom(1.25)], ["zoom_all", clear]]) {
    const button = el("button", { type: "button" }, words[word]);
    button.addEventListener("click", act);
    box.append(button);
  }
  sheet.before(box);
  sheet.after(told);
}
