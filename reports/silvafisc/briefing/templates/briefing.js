// What a screen adds to the page: everything below is also there, in plain order, without it.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const all = (query, from = document) => [...from.querySelectorAll(query)];
  const words = JSON.parse(byId("words").textContent);
  const patterns = JSON.parse(byId("patterns").textContent);
  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const plain = (node) => node.textContent.trim().replace(/\s+/g, " ");
  const made = (tag, attributes = {}, text = "") => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.textContent = text;
    return node;
  };
  const say = (text) => { byId("said").textContent = text; };
  const ROWS_TO_SORT = 3, ROWS_TO_FILTER = 12;

  // --- Where a number comes from -------------------------------------------------------------------------------------

  // `3,110000,rigid` is the third pattern with these values in its filters.
  function origin(number) {
    const [place, ...values] = number.dataset.k.split(",");
    const [pattern, lines, unit] = patterns[place];
    const key = pattern.replace(/=\*/g, () => `=${values.shift()}`);
    return { key, lines, unit };
  }

  function grouped(value) {
    const [, sign, whole, rest] = /^(-?)(\d+)(.*)$/.exec(value) || [null, "", "", value];
    return sign.replace("-", "−") + whole.replace(/\B(?=(\d{3})+$)/g, ",") + rest;
  }

  function aboutLine(line) {
    const row = byId(`line-${line}`);
    const heads = all("thead th", row.closest("table")).map((head) => plain(head));
    const cells = [...row.cells].map(plain);
    let group = row.previousElementSibling;
    while (group && !group.classList.contains("group")) group = group.previousElementSibling;
    const told = cells.slice(2).map((text, i) => [heads[i + 2], text]);
    if (group) told.unshift(["", plain(group)]);
    return { name: cells[1], told };
  }

  function fillTip(tip, number) {
    const { key, lines, unit } = origin(number);
    const list = made("dl");
    const entry = (term, text) => {
      if (term) list.append(made("dt", {}, term));
      list.append(made("dd", {}, text));
    };
    const value = `${grouped(number.dataset.v)} ${unit}`.trim();
    tip.replaceChildren(list);
    for (const line of lines) {
      const { name, told } = aboutLine(line);
      const title = made("b", {}, name);
      title.append(made("small", {}, ` ${filled(words.line, { line })}`));
      const dd = made("dd", { class: "name" });
      dd.append(title);
      list.append(dd);
      if (line === lines[0]) entry(words.value, value);
      for (const [term, text] of told) if (text && text !== "—") entry(term, text);
    }
    if (!lines.length) entry(words.value, value);
    entry(words.key, key);
    list.lastChild.className = "code";
  }

  function numbersSpeak() {
    const tip = byId("tip");
    let owner = null, leaving = 0;
    const hide = () => {
      tip.hidden = true;
      if (owner) owner.removeAttribute("aria-describedby");
      owner = null;
    };
    const show = (number) => {
      clearTimeout(leaving);
      if (number === owner) return;
      hide();
      owner = number;
      fillTip(tip, number);
      tip.hidden = false;
      number.setAttribute("aria-describedby", "tip");
      const at = number.getBoundingClientRect(), size = tip.getBoundingClientRect();
      const below = at.bottom + size.height + 8 < innerHeight;
      tip.style.left = `${Math.max(8, Math.min(at.left, document.documentElement.clientWidth - size.width - 8)) + scrollX}px`;
      tip.style.top = `${(below || at.top < size.height + 8 ? at.bottom + 4 : at.top - size.height - 4) + scrollY}px`;
    };
    const hideSoon = () => { clearTimeout(leaving); leaving = setTimeout(hide, 150); };
    const numberAt = (event) => event.target.closest ? event.target.closest(".n") : null;
    document.addEventListener("mouseover", (event) => {
      if (numberAt(event)) show(numberAt(event));
      else if (event.target.closest && event.target.closest("#tip")) clearTimeout(leaving);
      else if (owner && document.activeElement !== owner) hideSoon();
    });
    document.addEventListener("focusin", (event) => (numberAt(event) ? show(numberAt(event)) : hide()));
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
    document.addEventListener("click", (event) => {
      const number = numberAt(event);
      if (!number || !number.hash) return;
      hide();
      byId("back").hidden = false;
      byId("back").onclick = () => {
        byId("back").hidden = true;
        reveal(number);
        number.focus();
      };
    });
  }

  // One stop of the Tab key per block; the arrow keys go from number to number inside it.
  function numbersInTurn() {
    const BLOCKS = "table, p, ul, .keys, figcaption";
    const groups = new Map();
    for (const number of all("a.n")) {
      const block = number.closest(BLOCKS);
      if (!groups.has(block)) groups.set(block, []);
      groups.get(block).push(number);
    }
    for (const [block, numbers] of groups) {
      const turn = (next, focus) => {
        for (const number of numbers) number.tabIndex = -1;
        next.tabIndex = 0;
        if (focus) next.focus();
      };
      turn(numbers[0], false);
      block.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        const line = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (!(step || line) || !event.target.matches("a.n")) return;
        const shown = all("a.n", block).filter((number) => number.offsetParent);
        let next = shown[shown.indexOf(event.target) + step];
        if (line) next = neighbour(event.target, line);
        if (!next) return;
        event.preventDefault();
        turn(next, true);
      });
      block.addEventListener("focusin", (event) => { if (event.target.matches("a.n")) turn(event.target, false); });
    }
  }

  // The number above or below in the same column of a table.
  function neighbour(number, line) {
    const cell = number.closest("td, th");
    const side = line > 0 ? "nextElementSibling" : "previousElementSibling";
    for (let row = cell && cell.parentNode[side]; row; row = row[side]) {
      const found = !row.hidden && row.cells[cell.cellIndex] && row.cells[cell.cellIndex].querySelector("a.n");
      if (found) return found;
    }
    return null;
  }

  // --- Tables --------------------------------------------------------------------------------------------------------

  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });

  // A cell sorts by the exact value of its first number, else by the number its text starts with, else by its text.
  function sortKey(cell) {
    const number = cell.querySelector(".n");
    if (number) return Number(number.dataset.v);
    const text = plain(cell);
    const read = /^[+−-]?[\d,]*\.?\d+/.exec(text);
    return read ? Number(read[0].replace(/,/g, "").replace("−", "-")) : text;
  }

  function compared(one, other) {
    if (typeof one !== typeof other) return typeof one === "number" ? -1 : 1;
    return typeof one === "number" ? one - other : collator.compare(one, other);
  }

  // Rows between two group rows are sorted among themselves; totals keep their places.
  function sortRows(rows, column, direction) {
    const sorted = [];
    let part = [];
    const close = () => {
      const movable = part.filter((row) => !row.classList.contains("total") && row.cells.length > column);
      const keyed = movable.map((row) => [sortKey(row.cells[column]), row]);
      const empty = ([key]) => key === "" || key === "—";
      keyed.sort((a, b) => empty(a) - empty(b) || (empty(a) ? 0 : direction * compared(a[0], b[0])));
      sorted.push(...part.map((row) => (movable.includes(row) ? keyed.shift()[1] : row)));
      part = [];
    };
    for (const row of rows) {
      if (row.classList.contains("group")) {
        close();
        sorted.push(row);
      } else part.push(row);
    }
    close();
    return sorted;
  }

  function sortable(table) {
    const body = table.tBodies[0], original = [...body.rows];
    for (const head of table.tHead.rows[0].cells) {
      if (!plain(head)) continue;
      const title = plain(head);
      const button = made("button", { type: "button", class: "sort" });
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const first = head.classList.contains("num") ? "descending" : "ascending";
        const second = first === "ascending" ? "descending" : "ascending";
        const next = { [first]: second, [second]: "" }[head.getAttribute("aria-sort")] ?? first;
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        if (next) head.setAttribute("aria-sort", next);
        const direction = next === "descending" ? -1 : 1;
        body.append(...(next ? sortRows(original, head.cellIndex, direction) : original));
        say(filled({ ascending: words.up, descending: words.down }[next] || words.restored, { column: title }));
      });
    }
  }

  function filterable(table) {
    const rows = [...table.tBodies[0].rows], kept = rows.filter((row) => !row.matches(".total, .group"));
    if (kept.length <= ROWS_TO_FILTER) return;
    const text = new Map(kept.map((row) => [row, plain(row).toLowerCase()]));
    const caption = table.caption.cloneNode(true);
    for (const marks of all(".from", caption)) marks.remove();
    const label = filled(words.filter, { table: plain(caption) });
    const box = made("p", { class: "filter" });
    const input = made("input", { type: "search", "aria-label": label, placeholder: words.rows, autocomplete: "off" });
    const count = made("span", { class: "note", "aria-live": "polite" });
    box.append(input, count);
    table.closest(".wide").before(box);
    input.addEventListener("input", () => {
      const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const row of kept) row.hidden = !wanted.every((word) => text.get(row).includes(word));
      const shown = kept.filter((row) => !row.hidden);
      // A total is that of all rows, so it goes while some are hidden; a group goes with its last row.
      for (const row of all("tr.total", table.tBodies[0])) row.hidden = wanted.length > 0;
      for (const group of all("tr.group", table.tBodies[0])) {
        let row = group.nextElementSibling, empty = true;
        for (; row && !row.classList.contains("group"); row = row.nextElementSibling) empty = empty && row.hidden;
        group.hidden = empty;
      }
      count.textContent = wanted.length ? filled(words.filtered, { shown: shown.length, all: kept.length }) : "";
    });
  }

  // A table that fits its page keeps its head in sight; a wider one scrolls sideways and can be reached by key.
  function scrollable() {
    // Every width is read before anything is written, or the browser lays the page out anew for each table.
    const measured = all(".wide").map((box) => [box, box.scrollWidth <= box.clientWidth + 1]);
    for (const [box, fits] of measured) {
      box.classList.toggle("fits", fits);
      if (fits) box.removeAttribute("tabindex");
      else box.tabIndex = 0;
    }
  }

  // --- Finding one's way ---------------------------------------------------------------------------------------------

  function reveal(target) {
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    for (const input of all(".filter input")) {
      const table = input.closest("p").nextElementSibling;
      if (target.hidden && table.contains(target)) {
        input.value = "";
        input.dispatchEvent(new Event("input"));
      }
    }
    target.scrollIntoView({ block: "center" });
  }

  function openAddressed() {
    const target = location.hash && byId(decodeURIComponent(location.hash.slice(1)));
    if (target && (target.closest("details") || target.hidden || target.matches("tr"))) reveal(target);
  }

  function unitSearch() {
    const cards = all("details.card").map((card) => ({ card, name: plain(card.querySelector("summary")) }));
    if (!cards.length) return;
    const input = byId("unit"), list = byId("units");
    byId("find").hidden = false;
    const go = (card) => {
      closeMenu();
      reveal(card);
      card.querySelector("summary").focus({ preventScroll: true });
      card.scrollIntoView({ block: "start" });
    };
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      const found = wanted ? cards.filter(({ name }) => name.toLowerCase().includes(wanted)) : [];
      list.replaceChildren(...found.slice(0, 8).map(({ card, name }) => {
        const link = made("a", { href: `#${card.id}` }, name);
        link.addEventListener("click", (event) => { event.preventDefault(); go(card); });
        const item = made("li");
        item.append(link);
        return item;
      }));
      byId("found").textContent = wanted ? filled(words.found, { count: found.length }) : "";
    });
    input.addEventListener("keydown", (event) => {
      const first = list.querySelector("a");
      if (!first) return;
      if (event.key === "Enter") first.click();
      if (event.key === "ArrowDown") first.focus();
      if (event.key === "Enter" || event.key === "ArrowDown") event.preventDefault();
    });
    list.addEventListener("keydown", (event) => {
      const item = event.target.closest("li"), side = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
      if (!item || !side) return;
      event.preventDefault();
      (item[side] ? item[side].firstChild : input).focus();
    });
  }

  const menu = byId("menu");
  function setMenu(open) {
    menu.setAttribute("aria-expanded", String(open));
    byId("contents").classList.toggle("open", open);
  }
  function closeMenu() { setMenu(false); }

  function contents() {
    document.documentElement.classList.add("scripted");
    menu.hidden = false;
    menu.addEventListener("click", () => setMenu(menu.getAttribute("aria-expanded") !== "true"));
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || menu.getAttribute("aria-expanded") !== "true") return;
      closeMenu();
      menu.focus();
    });
    const links = all("nav ol a");
    for (const link of links) link.addEventListener("click", closeMenu);
    const sections = links.map((link) => byId(link.hash.slice(1)));
    const mark = () => {
      const passed = sections.filter((section) => section.getBoundingClientRect().top < innerHeight / 3).length;
      const current = Math.max(0, passed - 1);
      links.forEach((link, i) => (i === current ? link.setAttribute("aria-current", "location") : link.removeAttribute("aria-current")));
    };
    let waiting = false;
    document.addEventListener("scroll", () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => { waiting = false; mark(); });
    }, { passive: true });
    mark();
  }

  // On paper every card is open, as it was before afterwards.
  function printing() {
    let closed = [];
    addEventListener("beforeprint", () => {
      closed = all("details.card:not([open])");
      for (const card of closed) card.open = true;
    });
    addEventListener("afterprint", () => { for (const card of closed) card.open = false; });
  }

  contents();
  unitSearch();
  for (const table of all("table")) {
    const rows = table.tBodies[0].rows.length;
    if (table.matches(".ordered") || table.closest(".card") || rows < ROWS_TO_SORT) continue;
    sortable(table);
    filterable(table);
  }
  numbersInTurn();
  numbersSpeak();
  printing();
  scrollable();
  addEventListener("resize", scrollable);
  for (const details of all("details")) details.addEventListener("toggle", scrollable);
  addEventListener("hashchange", openAddressed);
  openAddressed();
})();
