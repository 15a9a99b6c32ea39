"use strict";
(() => {
  const form = document.querySelector(".filters");
  if (!form) return;
  const list = document.getElementById("list");
  const search = document.getElementById("search");
  const rule = document.getElementById("rule");
  const sort = document.getElementById("sort");
  const shown = document.getElementById("shown");
  const boxes = [...form.querySelectorAll("[name=severity]")];
  const chunks = [...list.children];
  const size = 100;
  const away = document.createElement("ol");
  away.hidden = true;
  list.after(away);
  const severities = boxes.map((box) => box.value);
  const rows = [...list.querySelectorAll(".finding")].map((node, at) => ({
    node, at, rule: node.querySelector(".rule").textContent, place: node.querySelector(".place").textContent,
    severity: severities.find((level) => node.classList.contains(level)), text: node.textContent.toLowerCase(),
  }));
  let visible = rows;
  let current = -1;
  let order = "severity";

  function arrange() {
    if (sort.value === order) return;
    order = sort.value;
    const natural = new Intl.Collator("en", { numeric: true });
    const compare = {
      severity: (a, b) => a.at - b.at,
      place: (a, b) => natural.compare(a.place, b.place) || a.at - b.at,
      rule: (a, b) => (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : a.at - b.at),
    }[order];
    rows.sort(compare);
  }

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const levels = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const fits = (row) => levels.has(row.severity) && (!rule.value || row.rule === rule.value) && words.every((word) => row.text.includes(word));
    const before = visible;
    visible = rows.filter(fits);
    shown.textContent = `${visible.length} of ${rows.length} shown`;
    current = -1;
    if (visible.length === before.length && visible.every((row, at) => row === before[at])) return;
    const kept = new Set(visible);
    away.append(...rows.filter((row) => !kept.has(row)).map((row) => row.node));
    chunks.forEach((chunk, at) => {
      const part = visible.slice(at * size, (at + 1) * size);
      chunk.append(...part.map((row) => row.node));
      chunk.classList.toggle("full", part.length === size);
    });
  }

  function remember() {
    const state = new URLSearchParams();
    if (search.value) state.set("q", search.value);
    if (rule.value) state.set("rule", rule.value);
    if (sort.value !== "severity") state.set("sort", sort.value);
    const off = boxes.filter((box) => !box.checked).map((box) => box.value);
    if (off.length) state.set("without", off.join(" "));
    const text = state.toString();
    history.replaceState(null, "", text ? `#?${text}` : location.pathname + location.search);
  }

  function recall() {
    if (location.hash.startsWith("#?")) {
      const state = new URLSearchParams(location.hash.slice(2));
      search.value = state.get("q") || "";
      rule.value = state.get("rule") || "";
      if (rule.selectedIndex < 0) rule.value = "";
      sort.value = state.get("sort") || "severity";
      if (sort.selectedIndex < 0) sort.value = "severity";
      const off = (state.get("without") || "").split(" ");
      for (const box of boxes) box.checked = !off.includes(box.value);
    }
    arrange();
    filter();
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target) {
      if (target.tagName === "DETAILS") target.open = true;
      target.scrollIntoView();
    }
  }

  function changed() {
    arrange();
    filter();
    remember();
  }

  function step(by) {
    if (!visible.length) return;
    current = Math.max(0, Math.min(visible.length - 1, current + by));
    list.querySelector(".current")?.classList.remove("current");
    const node = visible[current].node;
    node.classList.add("current");
    node.tabIndex = -1;
    node.focus({ preventScroll: true });
    node.scrollIntoView({ block: "center" });
  }

  let waiting = 0;
  search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(changed, rows.length > 2000 ? 150 : 0); });
  form.addEventListener("change", changed);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(changed));
  addEventListener("hashchange", recall);
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = /^(input|select|textarea)$/i.test(event.target.tagName) && event.target.type !== "checkbox";
    if (event.key === "Escape") { search.blur(); form.reset(); }
    else if (typing) return;
    else if (event.key === "/") { event.preventDefault(); search.focus(); }
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
  });
  form.hidden = false;
  recall();
})();
